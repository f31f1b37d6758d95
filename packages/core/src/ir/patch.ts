/** A change of a Graph as a value, and the one function that applies it and refuses what would break the graph. */
import { SlipwayError } from '../base/errors.ts'
import type { Tensor } from '../base/tensor.ts'
import { tensorType, typeText, type ValueType } from '../base/value.ts'
import { type Graph, type Node, nodeLabel, operatorText, readsOf, subgraphsOf } from './graph.ts'
import { definedNames, renameReads } from './rewrite.ts'
import { topologicalSort } from './topological-sort.ts'
import { conflict } from './verify-type.ts'

export interface Patch {
  /** The rule that made the patch; it goes into the metadata of the nodes it adds. */
  readonly rule: string
  /** Nodes of the graph, by identity. */
  readonly remove?: readonly Node[]
  /** New nodes. They may define a value that a removed node defined, such as an output of the graph. */
  readonly add?: readonly Node[]
  readonly constants?: ReadonlyMap<string, Tensor>
  /** Constants that nobody reads any more. */
  readonly removeConstants?: readonly string[]
  /** From now on, the nodes that stay read the second value where they read the first. */
  readonly replace?: ReadonlyMap<string, string>
  /** Types of new values. */
  readonly types?: ReadonlyMap<string, ValueType>
}

/** Key of the metadata entry that names the rules a node comes from, the oldest first. */
export const ruleKey = 'slipway.rule'

/**
 * The graph with a patch applied: names stay unique, order stays topological, nothing that is read goes away.
 *
 * @throws SLP-I1 where the patch does not fit the graph, SLP-I2 where it would change the type of a value.
 */
export function applyPatch(graph: Graph, patch: Patch): Graph {
  const replace = chase(patch)
  const removed = new Set(patch.remove)
  const stay = graph.nodes.filter((node) => !removed.has(node)).map((node) => renameReads(node, replace))
  if (stay.length !== graph.nodes.length - removed.size) {
    refuse(
      patch,
      'a node that it removes must be in the graph',
      nameOf([...removed].find((node) => !graph.nodes.includes(node))),
    )
  }
  const add = (patch.add ?? []).map((node) => withRule(node, patch.rule))
  const constants = new Map([...graph.constants].filter(([name]) => !patch.removeConstants?.includes(name)))
  for (const [name, value] of patch.constants ?? []) constants.set(name, value)
  const types = typesAfter(graph, patch, replace)
  checkNames(graph, patch, stay)
  const before = placeOf(graph, removed, add)
  const nodes = [...stay.slice(0, before), ...add, ...stay.slice(before)]
  const result = { ...graph, nodes: topologicalSort(nodes), constants, types }
  checkBodies(result, patch, new Set(add))
  checkReads(graph, result, patch)
  return result
}

/**
 * How many of the nodes that stay come before the new ones: new nodes stand after what they read and where the last
 * removed one stood. The sort then moves only what would be out of order.
 */
function placeOf(graph: Graph, removed: ReadonlySet<Node>, add: readonly Node[]): number {
  const reads = new Set(add.flatMap(readsOf))
  const last = graph.nodes.findLastIndex(
    (node) => removed.has(node) || node.outputs.some((name) => reads.has(name)),
  )
  return graph.nodes.slice(0, last + 1).filter((node) => !removed.has(node)).length
}

/** Replacements with chains followed to their ends. */
function chase(patch: Patch): ReadonlyMap<string, string> {
  const { replace } = patch
  if (!replace) return new Map()
  return new Map(
    [...replace.keys()].map((from) => {
      let to = from
      for (let steps = 0; replace.has(to); steps++) {
        if (steps > replace.size) refuse(patch, 'replacements must end somewhere', from)
        to = replace.get(to)!
      }
      return [from, to]
    }),
  )
}

function withRule(node: Node, rule: string): Node {
  const before = node.metadata?.get(ruleKey)
  return { ...node, metadata: new Map(node.metadata).set(ruleKey, before ? `${before}, ${rule}` : rule) }
}

/** Types by name after the patch. Values that are replaced or defined anew must keep their types. */
function typesAfter(
  graph: Graph,
  patch: Patch,
  replace: ReadonlyMap<string, string>,
): ReadonlyMap<string, ValueType> {
  const types = new Map(graph.types)
  for (const [name, value] of patch.constants ?? [])
    setType(patch, types, name, tensorType(value.dtype, value.shape))
  for (const [name, type] of patch.types ?? []) setType(patch, types, name, type)
  for (const [from, to] of replace) {
    const constant = graph.constants.get(to)
    const type = types.get(from)
    const found = types.get(to) ?? (constant && tensorType(constant.dtype, constant.shape))
    if (type && found) checkType(patch, from, found, type)
    else if (type) types.set(to, type)
  }
  const gone = [...(patch.remove ?? []).flatMap(({ outputs }) => outputs), ...(patch.removeConstants ?? [])]
  const kept = new Set((patch.add ?? []).flatMap(({ outputs }) => outputs))
  for (const name of gone) if (!kept.has(name) && !patch.constants?.has(name)) types.delete(name)
  return types
}

function setType(patch: Patch, types: Map<string, ValueType>, name: string, type: ValueType): void {
  const before = types.get(name)
  if (before) checkType(patch, name, type, before)
  types.set(name, type)
}

function checkType({ rule }: Patch, name: string, found: ValueType, expected: ValueType): void {
  if (!conflict(found, expected)) return
  throw new SlipwayError(
    'SLP-I2',
    `Cannot apply patch of rule "${rule}": the type of "${name}" must stay ${typeText(expected)}, got ${typeText(found)}`,
  )
}

/** New names must be new everywhere, and replacements must not be hidden by a name inside a body. */
function checkNames(graph: Graph, patch: Patch, stay: readonly Node[]): void {
  const names = new Set([
    ...graph.inputs,
    ...graph.constants.keys(),
    ...stay.flatMap(({ outputs }) => outputs),
  ])
  for (const name of patch.removeConstants ?? []) {
    if (!graph.constants.has(name))
      refuse(patch, 'a constant that it removes must be in the graph', `"${name}"`)
    names.delete(name)
  }
  const inner = new Set(stay.flatMap(namesInBodies))
  const added = [...(patch.constants?.keys() ?? []), ...(patch.add ?? []).flatMap(({ outputs }) => outputs)]
  for (const name of added) {
    if (name === '') continue
    if (names.has(name) || inner.has(name))
      refuse(patch, 'a value that it adds must have a new name', `"${name}"`)
    names.add(name)
  }
  for (const name of patch.replace?.values() ?? []) {
    if (inner.has(name))
      refuse(patch, 'a replacement must not have the name of a value in a body', `"${name}"`)
  }
}

const namesInBodies = (node: Node): readonly string[] =>
  subgraphsOf(node).flatMap(([, body]) => [...definedNames(body)])

/** The bodies of new nodes must not hide what is defined before them. */
function checkBodies(after: Graph, patch: Patch, added: ReadonlySet<Node>): void {
  if (![...added].some((node) => subgraphsOf(node).length > 0)) return
  const visible = new Set([...after.inputs, ...after.constants.keys()])
  for (const node of after.nodes) {
    const hidden = added.has(node) ? namesInBodies(node).find((name) => visible.has(name)) : undefined
    if (hidden !== undefined) {
      refuse(patch, 'a body that it adds must not redefine a value around it', `"${hidden}"`)
    }
    for (const name of node.outputs) visible.add(name)
  }
}

/** Everything that is read must still be there. */
function checkReads(before: Graph, after: Graph, patch: Patch): void {
  const defined = new Set([
    ...after.inputs,
    ...after.constants.keys(),
    ...after.nodes.flatMap(({ outputs }) => outputs),
  ])
  const gone = new Set([
    ...(patch.remove ?? []).flatMap(({ outputs }) => outputs),
    ...(patch.removeConstants ?? []),
  ])
  for (const name of before.outputs) {
    if (patch.replace?.has(name)) {
      refuse(
        patch,
        'an output of the graph must keep its name',
        `a replacement of "${name}"`,
        'Let a new node define the output instead.',
      )
    }
    if (!defined.has(name) && gone.has(name))
      refuse(patch, 'an output of the graph must stay', `"${name}" removed`)
  }
  for (const node of after.nodes) {
    const lost = readsOf(node).find((name) => !defined.has(name) && gone.has(name))
    if (lost !== undefined)
      refuse(patch, 'a value that is read must stay', `"${lost}" removed, which ${nameOf(node)} reads`)
  }
}

const nameOf = (node: Node | undefined): string =>
  node ? `node "${nodeLabel(node)}" (${operatorText(node)})` : 'nothing'

function refuse({ rule }: Patch, must: string, got: string, remedy?: string): never {
  throw new SlipwayError(
    'SLP-I1',
    `Cannot apply patch of rule "${rule}": ${must}, got ${got}`,
    remedy ? { remedy } : {},
  )
}
