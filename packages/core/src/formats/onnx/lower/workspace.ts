/** A graph while it is being lowered: its finished nodes, and what is known of its values. */
import type { Tensor } from '../../../base/tensor.ts'
import { tensorType, type ValueType } from '../../../base/value.ts'
import { narrowValue, widen } from '../../../base/wide.ts'
import { toAttributes } from '../../../ir/builder.ts'
import { type Graph, type Node, subgraphsOf } from '../../../ir/graph.ts'
import { type Fact, numbersOf } from '../../../ops/fact.ts'
import { inferGraph } from '../../../ops/infer-graph.ts'
import { foldNode } from '../../../reference/fold.ts'
import type { LoweringContext } from './define.ts'
import { withoutDeadNodes } from './prune.ts'

/** A node that a lowering adds, with the version of its operator that it is written for. */
export interface AddedNode {
  readonly node: Node
  readonly at: number | undefined
}

/** What a lowering adds, kept apart until it is known to succeed. */
export interface Draft {
  readonly context: LoweringContext
  readonly nodes: readonly AddedNode[]
  readonly constants: ReadonlyMap<string, Tensor>
}

export interface Workspace {
  factOf(name: string): Fact | undefined
  readonly facts: ReadonlyMap<string, Fact>
  /** Infers the outputs of a node of the newest version of its operator that the graph did not have. */
  learn(node: Node): void
  /** Adds a finished node. */
  emit(node: Node): void
  addConstant(name: string, value: Tensor): void
  fresh(hint: string): string
  /** Reserves all names that start so. */
  freshPrefix(hint: string): string
  draft(node: Node, cannot: (reason: string) => never): Draft
  constantOf(name: string): Tensor | undefined
  finish(): Graph
}

export interface WorkspaceOptions {
  /** Every name of the model; new ones are added. */
  readonly used: Set<string>
  /** The graph around a body. */
  readonly outer?: Workspace
  /** Types of a body's inputs as the node around it passes them. */
  readonly given?: ReadonlyMap<string, Fact>
}

const nothing: Graph = {
  name: '',
  inputs: [],
  outputs: [],
  nodes: [],
  constants: new Map(),
  types: new Map(),
}

export function workspace(graph: Graph, { used, outer, given }: WorkspaceOptions): Workspace {
  const nodes: Node[] = []
  const constants = new Map(graph.constants)
  const defaults = new Set(graph.inputs)
  const inference = { fold: foldNode, onRefusal: () => {} }
  const facts = new Map(
    inferGraph(graph, {
      ...inference,
      ...(outer && { captured: outer.facts }),
      ...(given && { inputs: given }),
    }).facts,
  )
  const learnGraph = (part: Graph, captured: ReadonlyMap<string, Fact>) => {
    const found = inferGraph(part, { ...inference, captured }).facts
    for (const [name, fact] of found) facts.set(name, fact)
  }
  const fresh = (hint: string): string => {
    let name = hint
    for (let i = 1; used.has(name); i++) name = `${hint}_${i}`
    used.add(name)
    return name
  }
  const constantOf: Workspace['constantOf'] = (name) => {
    const stored = constants.get(name)
    // An input may be given another value than its default.
    if (stored) return defaults.has(name) ? undefined : stored
    const folded = facts.get(name)?.constant
    if (!folded) return outer?.constantOf(name)
    const value = narrowValue(folded)
    return value.kind === 'tensor' ? value : undefined
  }
  const learn = (node: Node) => {
    const reads = node.inputs.flatMap((name) => {
      const fact = facts.get(name)
      return fact ? [[name, fact] as const] : []
    })
    learnGraph({ ...nothing, nodes: [node] }, subgraphsOf(node).length > 0 ? facts : new Map(reads))
  }
  const learnConstant = (name: string, value: Tensor) =>
    learnGraph({ ...nothing, constants: new Map([[name, value]]) }, new Map())
  return {
    facts,
    factOf: (name) => facts.get(name),
    learn,
    emit: (node) => nodes.push(node),
    addConstant: (name, value) => {
      constants.set(name, value)
      learnConstant(name, value)
    },
    fresh,
    freshPrefix: (hint) => {
      let prefix = `${hint}.`
      for (let i = 1; [...used].some((name) => name.startsWith(prefix)); i++) prefix = `${hint}_${i}.`
      return prefix
    },
    constantOf,
    draft: (node, cannot) => draftFor(node, cannot, { facts, constantOf, fresh, learn, learnConstant }),
    finish: () => withoutDeadNodes({ ...graph, nodes, constants }, graph),
  }
}

interface DraftScope {
  readonly facts: ReadonlyMap<string, Fact>
  readonly constantOf: (name: string) => Tensor | undefined
  readonly fresh: (hint: string) => string
  readonly learn: (node: Node) => void
  readonly learnConstant: (name: string, value: Tensor) => void
}

function draftFor(
  node: Node,
  cannot: (reason: string) => never,
  { facts, constantOf, fresh, learn, learnConstant }: DraftScope,
): Draft {
  const added: AddedNode[] = []
  const constants = new Map<string, Tensor>()
  const stem = node.outputs.find((name) => name !== '') || node.name || node.op
  const typeOf = (name: string): ValueType | undefined => facts.get(name)?.type
  const context: LoweringContext = {
    typeOf,
    constantOf,
    integersOf: (name) => {
      const value = constantOf(name)
      const fact = value
        ? { type: tensorType(value.dtype, value.shape), constant: widen(value) }
        : facts.get(name)
      return numbersOf(fact)
    },
    constant: (value, hint) => {
      const name = fresh(`${stem}.${hint}`)
      constants.set(name, value)
      learnConstant(name, value)
      return name
    },
    node: (op, inputs, attributes = {}, { outputs: count = 1, at } = {}) => {
      const outputs = Array.from({ length: count }, () => fresh(`${stem}.${op}`))
      const names = inputs.map((name) => name ?? '')
      while (names.at(-1) === '') names.pop()
      const name = node.name === '' ? '' : `${node.name}/${op}`
      const made = { ...node, name, domain: '', op, inputs: names, outputs }
      const whole: Node = { ...made, attributes: toAttributes(attributes) }
      learn(whole)
      added.push({ node: whole, at })
      return outputs[0]!
    },
    cannot,
  }
  return { context, nodes: added, constants }
}
