/**
 * Lowers a Graph from the newest operator sets to older ones, exactly or not at all. A node goes down version by
 * version of its operator: as it is where the older version means the same and can hold it, through a lowering where
 * there is one, and as the nodes of its decomposition where neither helps.
 */
import { SlipwayError } from '../../../base/errors.ts'
import type { Tensor } from '../../../base/tensor.ts'
import type { ValueType } from '../../../base/value.ts'
import { type Graph, type Node, operatorText, subgraphsOf } from '../../../ir/graph.ts'
import { definedNames, mapSubgraphs } from '../../../ir/rewrite.ts'
import type { AnyOp } from '../../../ops/define.ts'
import type { Fact } from '../../../ops/fact.ts'
import { inferNode } from '../../../ops/infer-node.ts'
import { tryFindOp } from '../../../ops/registry.ts'
import { steps } from '../upgrade/steps.ts'
import { newestOpsets, type Opsets } from '../versions.ts'
import type { Lowering } from './define.ts'
import { expand } from './expand.ts'
import { fit } from './fits.ts'
import { lowerings } from './registry.gen.ts'
import { type AddedNode, type Draft, type Workspace, workspace } from './workspace.ts'

/**
 * Versions of ai.onnx up to this one are crossed by lowerings only: what older ones leave undefined, such as negative axes, does
 * not show in their schemas.
 */
const oldestCompatible = 13

const byStep: ReadonlyMap<string, Lowering> = new Map(
  lowerings.map((one) => [`${operatorText(one)} ${one.before}`, one]),
)

export interface LowerOptions {
  /** Versions of the domains; others pass through. */
  readonly opsets: Opsets
  /** `none` refuses nodes that the older operator sets hold in another form only. */
  readonly changes: 'any' | 'none'
}

/**
 * The same computation at the given operator sets. Values keep their names; nodes and constants may be added.
 *
 * @throws SLP-F7 where an older operator set cannot say what a node says.
 */
export function lowerGraph(graph: Graph, options: LowerOptions): Graph {
  const isOld = [...options.opsets].some(([domain, version]) => version < (newestOpsets.get(domain) ?? 0))
  if (!isOld) return graph
  const lowered = lowerInto(graph, { options, used: new Set(definedNames(graph)), path: 'graph' })
  return options.changes === 'none' ? graph : lowered
}

interface Scope {
  readonly options: LowerOptions
  /** Every name of the model. */
  readonly used: Set<string>
  readonly path: string
  /** The graph around a body. */
  readonly outer?: Workspace
  readonly given?: ReadonlyMap<string, Fact>
}

function lowerInto(graph: Graph, scope: Scope): Graph {
  const work = workspace(graph, scope)
  graph.nodes.forEach((node, i) => {
    lowerNode(node, Number.POSITIVE_INFINITY, work, { ...scope, path: `${scope.path}.node[${i}]` })
  })
  const lowered = work.finish()
  const isSame =
    lowered.constants.size === graph.constants.size &&
    lowered.nodes.length === graph.nodes.length &&
    lowered.nodes.every((node, i) => node === graph.nodes[i])
  return isSame ? graph : lowered
}

/** Adds a node that is written for version `from` of its operator, or for the newest one, to the finished nodes. */
function lowerNode(node: Node, from: number, work: Workspace, scope: Scope): void {
  const { opsets, changes } = scope.options
  const opset = opsets.get(node.domain)
  const newest = newestOpsets.get(node.domain)
  if (opset === undefined || newest === undefined) {
    work.emit(lowerBodies(node, work, scope))
    return
  }
  const op = tryFindOp(node.domain, node.op)
  if (!op) {
    if (opset < newest)
      refuse(node, opset, scope.path, { reason: 'the operator is not known', needs: newest })
    work.emit(lowerBodies(node, work, scope))
    return
  }
  const attempt = stepDown(op, node, { from, opset, work })
  if (!('reason' in attempt)) {
    if (changes === 'none' && attempt.node !== node) {
      refuse(node, opset, scope.path, { reason: 'it would have another form', needs: opset + 1 })
    }
    for (const [name, value] of attempt.constants) work.addConstant(name, value)
    for (const { node: added, at = Number.POSITIVE_INFINITY } of attempt.nodes)
      lowerNode(added, at, work, scope)
    if (attempt.node.op === node.op) work.emit(lowerBodies(attempt.node, work, scope))
    else lowerNode(attempt.node, Number.POSITIVE_INFINITY, work, scope)
    return
  }
  const expanded = changes === 'any' ? expand(op, node, work) : undefined
  if (!expanded) refuse(node, opset, scope.path, attempt)
  try {
    for (const one of expanded) {
      work.learn(one)
      lowerNode(one, Number.POSITIVE_INFINITY, work, scope)
    }
  } catch (error) {
    if (!(error instanceof SlipwayError) || error.code !== 'SLP-F7') throw error
    const inner = error.message.replace(/^\[[^\]]*\] Cannot write /, '').replace(/ \(at .*$/, '')
    const reason = `${attempt.reason}, and its expansion holds ${inner}`
    refuse(node, opset, scope.path, { ...attempt, reason }, error)
  }
}

interface Step {
  readonly from: number
  readonly opset: number
  readonly work: Workspace
}

interface Refusal {
  readonly reason: string
  /** The version that can say it, as far as is known. */
  readonly needs: number
}

interface Lowered extends Pick<Draft, 'nodes' | 'constants'> {
  readonly node: Node
}

function changeText(op: AnyOp, version: number): string {
  if (version === op.since[0]) return `it came with version ${version}`
  const { [version]: step } = steps[operatorText({ domain: op.domain, op: op.name })] ?? {}
  return step === 'compatible'
    ? `version ${version} changed it, and only later changes can be undone`
    : `version ${version} changed its meaning`
}

/** The node through all versions of its operator above `opset`, newest first. */
function stepDown(op: AnyOp, node: Node, { from, opset, work }: Step): Lowered | Refusal {
  let current = node
  let above = op.since.at(-1)!
  const nodes: AddedNode[] = []
  const constants: (readonly [string, Tensor])[] = []
  for (const version of op.since.toReversed()) {
    if (version <= opset) {
      const fitted = version === op.since.at(-1) ? current : fit(op, version, current, work)
      if ('reason' in fitted) return { ...fitted, needs: above }
      return { node: fitted, nodes, constants: new Map(constants) }
    }
    above = version
    if (version > from) continue
    const lowering = byStep.get(`${operatorText(current)} ${version}`)
    if (!lowering) {
      if (
        (op.domain !== '' || version > oldestCompatible) &&
        steps[operatorText(current)]?.[version] === 'compatible'
      )
        continue
      return { reason: changeText(op, version), needs: version }
    }
    const lowered = convert(lowering, current, work)
    if ('reason' in lowered) return { ...lowered, needs: version }
    nodes.push(...lowered.nodes)
    constants.push(...lowered.constants)
    current = lowered.node
    if (current.op !== op.name) break
  }
  return { node: current, nodes, constants: new Map(constants) }
}

function convert(lowering: Lowering, node: Node, work: Workspace): Lowered | { readonly reason: string } {
  let reason: string | undefined
  const draft = work.draft(node, (why) => {
    reason = why
    throw new Error(why)
  })
  try {
    return { node: lowering.convert(node, draft.context), nodes: draft.nodes, constants: draft.constants }
  } catch (error) {
    if (reason !== undefined) return { reason }
    throw error
  }
}

function refuse(
  node: Node,
  opset: number,
  path: string,
  { reason, needs }: Refusal,
  cause?: SlipwayError,
): never {
  throw new SlipwayError(
    'SLP-F7',
    `Cannot write ${operatorText(node)} at version ${opset} of ${node.domain || 'ai.onnx'}: ${reason}`,
    {
      path,
      node: node.name.slice(0, 100),
      operator: operatorText(node),
      remedy: `Write version ${needs} or newer.`,
      ...(cause && { cause }),
    },
  )
}

function lowerBodies(node: Node, work: Workspace, scope: Scope): Node {
  if (subgraphsOf(node).length === 0) return node
  const given = bodyInputs(node, work)
  return mapSubgraphs(node, (body, at) =>
    lowerInto(body, {
      ...scope,
      path: `${scope.path}.${at}`,
      outer: work,
      given: given.get(body) ?? new Map(),
    }),
  )
}

/** Shapes may change from one round of a loop to the next. */
const withoutShape = (type: ValueType): ValueType =>
  type.kind === 'tensor' ? { kind: 'tensor', dtype: type.dtype } : type

/** Types of the inputs of a node's bodies that the bodies do not declare, as the node passes them. */
function bodyInputs(node: Node, work: Workspace): ReadonlyMap<Graph, ReadonlyMap<string, Fact>> {
  const given = new Map<Graph, ReadonlyMap<string, Fact>>()
  const isOpen = ([, body]: readonly [string, Graph]) => body.inputs.some((name) => !body.types.has(name))
  const op = tryFindOp(node.domain, node.op)
  if (!op || !subgraphsOf(node).some(isOpen)) return given
  const inputs = node.inputs.map((name) => (name === '' ? undefined : work.factOf(name)))
  try {
    inferNode(op, node, inputs, {
      label: node.name,
      inferGraph: (body, args) => {
        const open = body.inputs.flatMap((name, i) => {
          const type = args[i] && withoutShape(args[i].type)
          return type && !body.types.has(name) ? [[name, { type }] as const] : []
        })
        given.set(body, new Map(open))
        return body.outputs.map((name) => {
          const type = body.types.get(name)
          return type && { type }
        })
      },
    })
  } catch (error) {
    // The outputs of such a body are not known here, and an operator that asks for them refuses.
    if (!(error instanceof SlipwayError)) throw error
  }
  return given
}
