/** A graph while it is being raised: its finished nodes, and what adapters may know of them. */
import type { Tensor } from '../../../base/tensor.ts'
import { tensorType, type ValueType } from '../../../base/value.ts'
import { type AttributesInit, literalTensor, toAttributes } from '../../../ir/builder.ts'
import type { Graph, Node } from '../../../ir/graph.ts'
import { readsOf } from '../../../ir/graph.ts'
import type { UpgradeContext } from './define.ts'
import { factsOf } from './facts.ts'

export interface WorkspaceOptions {
  /** Every name of the model; new ones are added. */
  readonly used: Set<string>
  /** The graph around a body. */
  readonly outer?: Workspace
}

/** Nodes that an adapter adds, with the versions they are written for. */
export interface Draft {
  readonly context: UpgradeContext
  readonly nodes: readonly { readonly node: Node; readonly at: number | undefined }[]
}

export interface Workspace {
  add(node: Node): void
  draft(node: Node, version: number, cannot: (reason: string) => never): Draft
  typeOf(name: string): ValueType | undefined
  constantOf(name: string): Tensor | undefined
  finish(): Graph
}

export function workspace(graph: Graph, { used, outer }: WorkspaceOptions): Workspace {
  const nodes: Node[] = []
  const constants = new Map(graph.constants)
  const defaults = new Set(graph.inputs)
  const constantNodes = new Map<string, Node>()
  const inferred = factsOf(graph, nodes, constants, (name) => outer?.typeOf(name))
  let reads: ReadonlySet<string> | undefined
  const fresh = (hint: string): string => {
    let name = hint
    for (let i = 1; used.has(name); i++) name = `${hint}_${i}`
    used.add(name)
    return name
  }
  const self: Workspace = {
    add: (node) => {
      nodes.push(node)
      if (node.op === 'Constant' && node.domain === '') constantNodes.set(node.outputs[0]!, node)
    },
    typeOf: (name) => {
      const declared = graph.types.get(name)
      if (declared && (declared.kind !== 'tensor' || declared.shape)) return declared
      const constant = constants.get(name)
      if (constant) return tensorType(constant.dtype, constant.shape)
      return inferred(name) ?? declared ?? outer?.typeOf(name)
    },
    constantOf: (name) => {
      // An input may be given another value than its default.
      const constant = defaults.has(name) ? undefined : constants.get(name)
      return constant ?? constantValue(constantNodes.get(name)) ?? outer?.constantOf(name)
    },
    draft: (node, version, cannot) => {
      const added: { node: Node; at: number | undefined }[] = []
      const stem = node.outputs.find((name) => name !== '') || node.name || node.op
      const context: UpgradeContext = {
        version,
        typeOf: self.typeOf,
        constantOf: self.constantOf,
        isRead: (name) => {
          reads ??= new Set([...graph.outputs, ...graph.nodes.flatMap(readsOf)])
          return reads.has(name)
        },
        constant: (value, hint) => {
          const name = fresh(`${stem}.${hint}`)
          constants.set(name, value)
          return name
        },
        node: (op, inputs, attributes = {}, options = {}) => {
          const { outputs = 1, at } = options
          const names =
            typeof outputs === 'number'
              ? Array.from({ length: outputs }, () => fresh(`${stem}.${op}`))
              : outputs
          added.push({ node: makeNode(node, op, inputs, names, attributes), at })
          return names[0]!
        },
        fresh: (hint) => fresh(`${stem}.${hint}`),
        cannot,
      }
      return { context, nodes: added }
    },
    finish: () => ({ ...graph, nodes, constants }),
  }
  return self
}

function makeNode(
  from: Node,
  op: string,
  inputs: readonly (string | undefined)[],
  outputs: readonly string[],
  attributes: AttributesInit,
): Node {
  const names = inputs.map((name) => name ?? '')
  while (names.at(-1) === '') names.pop()
  const name = from.name === '' ? '' : `${from.name}/${op}`
  return { ...from, name, domain: '', op, inputs: names, outputs, attributes: toAttributes(attributes) }
}

/** The value of a Constant node; undefined for kinds that no adapter asks for. */
function constantValue(node: Node | undefined): Tensor | undefined {
  const [attribute] = node?.attributes.values() ?? []
  switch (attribute?.kind) {
    case 'tensor':
      return attribute.value
    case 'int':
    case 'ints':
      return literalTensor('int64', attribute.value)
    case 'float':
    case 'floats':
      return literalTensor('float32', attribute.value)
    default:
      return undefined
  }
}
