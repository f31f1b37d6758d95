/** One firing of a pattern pass: from a node of the graph to what takes its place, or to the reason why nothing does. */

import { SlipwayError } from '../base/errors.ts'
import type { Tensor } from '../base/tensor.ts'
import { typeText, type ValueType } from '../base/value.ts'
import { type Node, nodeLabel } from '../ir/graph.ts'
import { renameReads } from '../ir/rewrite.ts'
import { conflict } from '../ir/verify-type.ts'
import { type Match, matchOf, type PatternPass } from './define.ts'
import { type Emit, type Emitted, emitter } from './emit.ts'
import type { GraphView } from './graph-view.ts'
import { matchPattern, type OnMiss } from './match.ts'
import type { NodePattern } from './pattern.ts'

/** What takes the place of a root. */
export interface Rewrite {
  readonly root: Node
  /** Nodes that no other rewrite of the same patch may have matched. */
  readonly claims: readonly Node[]
  readonly remove: readonly Node[]
  readonly add: readonly Node[]
  readonly constants: ReadonlyMap<string, Tensor>
  readonly replace: ReadonlyMap<string, string>
  readonly types: ReadonlyMap<string, ValueType>
}

/** What a pass puts in the place of a node that fits one of its patterns; undefined where it leaves the node alone. */
export function tryRewrite(
  pass: PatternPass,
  pattern: NodePattern,
  node: Node,
  view: GraphView,
  onMiss?: OnMiss,
): Rewrite | undefined {
  const bindings = matchPattern(pattern, node, view, onMiss)
  const result = bindings && fire(pass, matchOf(view, bindings))
  if (typeof result !== 'string') return result
  onMiss?.(bindings!.matched.length, node, result)
  return undefined
}

function fire(pass: PatternPass, match: Match): Rewrite | string {
  for (const guard of pass.guards) {
    const holds = guard(match)
    if (holds !== true) return holds
  }
  const { emit, emitted } = emitter(match.view, match.root)
  try {
    const built = pass.build(match, emit)
    if (typeof built === 'object' && 'refused' in built) return built.refused
    return toRewrite(match, typeof built === 'string' ? [built] : built, emit, emitted)
  } catch (error) {
    // An operator that refuses what the pass made of it says so before anything has changed.
    if (error instanceof SlipwayError) return error.message
    throw error
  }
}

interface Places {
  readonly names: Map<string, string>
  readonly replace: Map<string, string>
  readonly constants: Map<string, Tensor>
  readonly moved: Node[]
}

/** Lets the values that were built stand where the root's outputs stood. */
function toRewrite(match: Match, values: readonly string[], emit: Emit, emitted: Emitted): Rewrite | string {
  const { root, view } = match
  const places: Places = {
    names: new Map(),
    replace: new Map(),
    constants: new Map(emitted.constants),
    moved: [],
  }
  for (const [i, output] of root.outputs.entries()) {
    if (output === '' || (view.consumers(output).length === 0 && !view.isOutput(output))) continue
    const value = values[i]
    if (value === undefined) return `output ${i} of "${nodeLabel(root)}" must not be read`
    const flaw =
      typeFlaw(view, output, emit.fact(value)?.type) ?? place(view, root, output, value, emitted, places)
    if (flaw !== undefined) return flaw
  }
  const { names, replace, constants, moved } = places
  const add = emitted.nodes.map((node) => named(renamed(node, names), root))
  return {
    root,
    claims: [...match.matched, ...moved],
    remove: [root, ...moved],
    add: [...add, ...moved.map((node) => renamed(node, replace))],
    constants,
    replace,
    types: typesOf(emitted, names),
  }
}

/** Why a value must not take the place of an output: what is known of the output must stay known. */
function typeFlaw(view: GraphView, output: string, found: ValueType | undefined): string | undefined {
  const before = view.fact(output)?.type
  const declared = view.graph.types.get(output)
  if (!before) return undefined
  const differ = found && (conflict(found, before) ?? (declared && conflict(found, declared)))
  const loses = before.kind === 'tensor' && before.shape && !(found?.kind === 'tensor' && found.shape)
  if (found && !differ && !loses) return undefined
  return `"${output}" must stay ${typeText(before)}, got ${found ? typeText(found) : 'no known type'}`
}

function place(
  view: GraphView,
  root: Node,
  output: string,
  value: string,
  { nodes, constants }: Emitted,
  to: Places,
): string | undefined {
  const isNew = constants.has(value) || nodes.some((node) => node.outputs.includes(value))
  if (isNew && !to.names.has(value)) {
    to.names.set(value, output)
    const tensor = constants.get(value)
    if (tensor) {
      to.constants.delete(value)
      to.constants.set(output, tensor)
    }
    return undefined
  }
  if (!view.isOutput(output)) {
    to.replace.set(output, to.names.get(value) ?? value)
    return undefined
  }
  // An output of the graph keeps its name, so what made the value takes it over.
  const tensor = view.constant(value)
  if (tensor && view.graph.constants.has(value)) {
    to.constants.set(output, tensor)
    return undefined
  }
  const maker = view.producer(value)
  if (isNew || !maker || maker === root || view.isOutput(value) || to.moved.includes(maker)) {
    return `the output "${output}" of the graph must keep its name, and "${value}" its own`
  }
  to.moved.push(maker)
  to.replace.set(value, output)
  return undefined
}

function renamed(node: Node, names: ReadonlyMap<string, string>): Node {
  const reads = renameReads(node, names)
  return { ...reads, outputs: node.outputs.map((name) => names.get(name) ?? name) }
}

/** The node that defines what the root defined is called what the root was called. */
function named(node: Node, root: Node): Node {
  return node.name === '' && node.outputs.some((name) => root.outputs.includes(name))
    ? { ...node, name: root.name }
    : node
}

function typesOf({ nodes, facts }: Emitted, names: ReadonlyMap<string, string>): Map<string, ValueType> {
  const types = new Map<string, ValueType>()
  for (const name of nodes.flatMap(({ outputs }) => outputs)) {
    const fact = facts.get(name)
    if (fact && !names.has(name)) types.set(name, fact.type)
  }
  return types
}
