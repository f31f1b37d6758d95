/**
 * The one place that tests call passes through. Each case builds a graph, lets the pass and what sweeps up after it
 * run, and compares operators, types and values before and after on random inputs; a second run must change nothing.
 */
import { describe, expect, it } from 'vitest'
import { namesOf, substitute, symbol } from '../base/dim.ts'
import type { DType } from '../base/dtype.ts'
import type { Shape } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { typeText, type Value } from '../base/value.ts'
import { type GraphBuilder, graphBuilder } from '../ir/builder.ts'
import { type Graph, operatorText } from '../ir/graph.ts'
import { parseGraph } from '../ir/parse.ts'
import { printGraph } from '../ir/print.ts'
import { inferGraph } from '../ops/infer-graph.ts'
import { randomStream } from '../ops/random.ts'
import { deadCode } from '../passes/clean/dead-code.ts'
import type { Pass } from '../passes/define.ts'
import { optimize } from '../passes/pipeline.ts'
import { whyNot } from '../passes/why-not.ts'
import { foldNode } from '../reference/fold.ts'
import { interpret } from '../reference/interpret.ts'
import { difference, type Tolerance } from './close.ts'
import { type Gen, generator } from './gen.ts'

/** Builds a graph and returns the names of its outputs. */
export type BuildGraph = (b: GraphBuilder, gen: Weights) => string | readonly string[]

export interface Weights extends Gen {
  /** Adds a random constant; `positive` for variances and scales. */
  weights(shape: Shape, options?: { dtype?: DType; positive?: boolean }): string
  /** Adds an input of plain sizes, or names of sizes. */
  input(name: string, shape: readonly (number | string)[], dtype?: DType): string
}

export interface PassCase {
  readonly name: string
  /** The text form of a graph, or what builds one. */
  readonly graph: string | BuildGraph
  /** The operators that are left, in order; without it the pass must leave the graph alone. */
  readonly becomes?: readonly string[]
  /** Part of the reason that `whyNot` gives. */
  readonly because?: string
  readonly tolerance?: Tolerance
  /** How many quanta quantized outputs may be apart. */
  readonly quanta?: number
  /** Looks at the graph that the pass made. */
  readonly check?: (graph: Graph) => void
  /** Inputs that are not random, by name. */
  readonly inputs?: Readonly<Record<string, Value>>
  /** Passes that run along. */
  readonly with?: readonly Pass[]
}

/** How values before and after are compared. */
type Compared = Pick<PassCase, 'tolerance' | 'inputs' | 'quanta'>

const float32Rounding: Tolerance = { relative: 2e-5, absolute: 2e-6 }
const baseSeed = Number(process.env['SLIPWAY_SEED'] ?? 1)

/** Declares the tests of a pass. */
export function passTest(pass: Pass, cases: readonly PassCase[]): void {
  describe(`pass ${pass.name}`, () => {
    it('has no two cases of one name', () =>
      expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length))
    it.each(cases.map((one) => [one.name, one] as const))('%s', (_, one) => checkCase(pass, one))
  })
}

/** Checks that all passes of Slipway together keep what a graph means, and returns what they made of it. */
export function checkOptimized(build: PassCase['graph'], options: Compared = {}): Graph {
  const graph = typeof build === 'string' ? parseGraph(build) : built(build)
  const { graph: after, settled } = optimize(graph, { verify: true })
  expect(settled).toBe(true)
  expect(optimize(after, { verify: true }).graph, 'a second run').toBe(after)
  checkTypes(graph, after)
  for (let i = 0; i < 3; i++) checkValues(graph, after, options, baseSeed * 1000 + i)
  return after
}

function checkCase(pass: Pass, one: PassCase): void {
  const graph = typeof one.graph === 'string' ? parseGraph(one.graph) : built(one.graph)
  const passes = [pass, deadCode, ...(one.with ?? [])]
  const { graph: after, settled, fired } = optimize(graph, { passes, verify: true })
  expect(settled).toBe(true)
  if (one.because !== undefined) {
    const reasons = whyNot(after, pass.name, { passes }).map(({ reason }) => reason)
    expect(reasons.join('\n')).toContain(one.because)
  }
  if (one.becomes) expect(after.nodes.map(operatorText)).toEqual(one.becomes)
  else expect(fired.get(pass.name) ?? 0, printGraph(after, { large: 'elide' })).toBe(0)
  one.check?.(after)
  expect(optimize(after, { passes, verify: true }).graph, 'a second run').toBe(after)
  checkTypes(graph, after)
  for (let i = 0; i < 3; i++) checkValues(graph, after, one, baseSeed * 1000 + i)
}

/** Inputs and outputs keep names, order and types. */
function checkTypes(before: Graph, after: Graph): void {
  expect([after.inputs, after.outputs]).toEqual([before.inputs, before.outputs])
  const typesOf = (graph: Graph) => {
    const { facts } = inferGraph(graph, { fold: foldNode })
    return graph.outputs.map((name) => typeText(facts.get(name)!.type))
  }
  expect(typesOf(after)).toEqual(typesOf(before))
}

function checkValues(before: Graph, after: Graph, one: Compared, seed: number): void {
  const gen = generator(randomStream(seed))
  const sizes = new Map<string, number>()
  const inputs = new Map<string, Value>()
  for (const name of before.inputs) {
    const given = one.inputs?.[name]
    const type = before.types.get(name)
    if (given) inputs.set(name, given)
    if (given || type?.kind !== 'tensor') continue
    for (const symbol of (type.shape ?? []).flatMap(namesOf)) {
      if (!sizes.has(symbol)) sizes.set(symbol, gen.int(1, 3))
    }
    const shape = (type.shape ?? []).map((size) => Number(substitute(size, sizes)))
    inputs.set(name, gen.tensor(type.dtype, shape))
  }
  const [expected, got] = [interpret(before, inputs), interpret(after, inputs)]
  for (const name of before.outputs) {
    const why = compare(got.get(name)!, expected.get(name)!, one)
    expect(why && `seed ${seed}, ${name}: ${why}`).toBeUndefined()
  }
}

function compare(
  got: Value,
  expected: Value,
  { quanta, tolerance = float32Rounding }: Compared,
): string | undefined {
  if (quanta === undefined || got.kind !== 'tensor' || expected.kind !== 'tensor') {
    return difference(got, expected, tolerance)
  }
  const numbers = ({ data }: Tensor) => Array.from<unknown, number>(data, Number)
  const steps = numbers(got).map((value, i) => Math.abs(value - numbers(expected)[i]!))
  return Math.max(0, ...steps) <= quanta ? undefined : `${Math.max(...steps)} quanta apart`
}

function built(build: BuildGraph): Graph {
  const b = graphBuilder()
  const gen = generator(randomStream(baseSeed))
  const weights: Weights['weights'] = (shape, { dtype = 'float32', positive = false } = {}) => {
    const value = gen.tensor(dtype, shape)
    if (positive && value.data instanceof Float32Array)
      value.data.set(value.data.map((x) => Math.abs(x) + 0.5))
    return b.constant(value)
  }
  const input: Weights['input'] = (name, shape, dtype = 'float32') =>
    b.input(name, { kind: 'tensor', dtype, shape: shape.map(dimOf) })
  const outputs = build(b, { ...gen, weights, input })
  return b.build(typeof outputs === 'string' ? [outputs] : outputs)
}

const dimOf = (size: number | string) => (typeof size === 'number' ? size : symbol(size))
