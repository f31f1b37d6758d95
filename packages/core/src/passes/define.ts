/**
 * A rewrite of graphs as a value: what it looks for, when it may fire, what it puts there, and why it did not fire.
 *
 * Passes with lower priority numbers run first; equal numbers run by name. A pass of a later phase runs only when
 * those of the phases before it find nothing more.
 */
import type { Dim } from '../base/dim.ts'
import type { DType } from '../base/dtype.ts'
import type { Tensor } from '../base/tensor.ts'
import { type Node, nodeLabel } from '../ir/graph.ts'
import type { Patch } from '../ir/patch.ts'
import type { Emit } from './emit.ts'
import type { GraphView } from './graph-view.ts'
import type { Bindings } from './match.ts'
import type { NodePattern } from './pattern.ts'

/** A pattern found in a graph, with what the graph says about its captures. */
export interface Match {
  readonly view: GraphView
  readonly root: Node
  /** All nodes of the match, the root first. */
  readonly matched: readonly Node[]
  has(name: string): boolean
  /** The captured node. */
  node(name: string): Node
  /** The name of the captured value. */
  value(name: string): string
  /** The name of a captured value; undefined where the optional input is omitted. */
  tryValue(name: string): string | undefined
  /** The captured value's tensor where no caller can replace it. */
  constant(name: string): Tensor | undefined
  shape(name: string): readonly Dim[] | undefined
  dtype(name: string): DType | undefined
}

/** A rule about a match: true where it holds, else what stands in the way. */
export type Guard = (match: Match) => true | string

/** The value that an output of the root becomes, one per output for several, or why the match is left alone. */
export type Built = string | readonly string[] | Refusal

export interface Refusal {
  readonly refused: string
}

/** Says why a match is left alone. */
export function refused(reason: string): Refusal {
  return { refused: reason }
}

interface PassHead {
  /** Unique; what `--why-not` and the metadata of nodes call it. */
  readonly name: string
  readonly priority: number
  readonly doc: string
}

/** A pass about nodes that fit a pattern. */
export interface PatternPass extends PassHead {
  /** Earlier ones come first wherever they fit, so the larger of two forms stands before the smaller. */
  readonly patterns: readonly NodePattern[]
  readonly guards: readonly Guard[]
  readonly build: (match: Match, emit: Emit) => Built
}

/** A pass that looks at the whole graph. */
export interface GraphPass extends PassHead {
  /** One patch with all that can be done at once; undefined where there is nothing to do. */
  readonly find: (view: GraphView, report: OnRefusal) => Patch | undefined
}

/** Told why a pass leaves a node alone. */
export type OnRefusal = (node: Node, reason: string) => void

export type Pass = PatternPass | GraphPass

export type PassInit =
  | (PassHead & {
      readonly pattern: NodePattern | readonly NodePattern[]
      readonly guards?: readonly Guard[]
      readonly build: PatternPass['build']
    })
  | GraphPass

/** What a phase is for; passes of one phase settle before the next begins. */
export const phases = {
  /** Less work, in standard operators that say no more than before. */
  simplify: 0,
  /** Many operators become one. */
  fuse: 1000,
  /** What earlier phases kept because a fusion might have needed it. */
  finish: 2000,
} as const

/** Least number of the next phase less the least number of this one. */
export const phaseSize = 1000

/**
 * Makes a pass. See `optimize` for how to run it.
 *
 * @example
 * const double = definePass({
 *   name: 'double',
 *   priority: 500,
 *   doc: 'x + x becomes 2 * x.',
 *   pattern: opPattern('Add', ['x', 'x']),
 *   guards: [(match) => match.dtype('x') === 'float32' || 'x must be float32'],
 *   build: (match, emit) => emit.node('Mul', [match.value('x'), emit.literal('float32', 2)]),
 * })
 * const b = graphBuilder()
 * const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [3] })
 * const graph = b.build([b.node('Add', [x, x])])
 * const { graph: better } = optimize(graph, { passes: [...defaultPasses, double] })
 * better.nodes.map((node) => node.op) // ['Mul']
 */
export function definePass(init: PassInit): Pass {
  if ('find' in init) return init
  const { pattern, guards = [], ...rest } = init
  return { ...rest, guards, patterns: 'kind' in pattern ? [pattern] : pattern }
}

/** The order in which passes run. */
export function inOrder(passes: readonly Pass[]): readonly Pass[] {
  return [...passes].sort((a, b) => a.priority - b.priority || (a.name < b.name ? -1 : 1))
}

/** A match with questions about its captures answered by the graph. */
export function matchOf(view: GraphView, bindings: Bindings): Match {
  const { nodes, values, matched } = bindings
  const root = matched[0]!
  const need = <T>(map: ReadonlyMap<string, T>, name: string): T => {
    const found = map.get(name)
    if (found === undefined) throw new RangeError(`the pattern at "${nodeLabel(root)}" captures no "${name}"`)
    return found
  }
  const of = <T>(name: string, ask: (value: string) => T | undefined): T | undefined => {
    const value = values.get(name)
    return value === undefined ? undefined : ask(value)
  }
  return {
    view,
    root,
    matched,
    has: (name) => values.has(name) || nodes.has(name),
    node: (name) => need(nodes, name),
    value: (name) => need(values, name),
    tryValue: (name) => values.get(name),
    constant: (name) => of(name, view.constant),
    shape: (name) => of(name, view.shape),
    dtype: (name) => of(name, view.dtype),
  }
}
