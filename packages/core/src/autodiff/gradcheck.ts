/** Whether the gradients of a graph are those that its values say: central differences on the reference engine. */
import { SlipwayError } from '../base/errors.ts'
import { elementCount } from '../base/shape.ts'
import { type Tensor, tensor } from '../base/tensor.ts'
import { tensorType, typeText, type Value } from '../base/value.ts'
import type { Graph } from '../ir/graph.ts'
import { annotateTypes } from '../ops/annotate.ts'
import { randomStream } from '../ops/random.ts'
import { prepareGraph } from '../reference/interpret.ts'
import { differentiate } from './sweep.ts'

export interface GradcheckOptions {
  /** Inputs whose gradients are checked; all of float64 unless given. */
  readonly wrt?: readonly string[]
  /** Step of the differences; 1e-5 unless given. */
  readonly epsilon?: number
  /** Greatest difference, relative to the larger of 1 and the gradient; 1e-6 unless given. */
  readonly relativeTolerance?: number
  /** Seed of the weights that make one number of the outputs, and of random operators. */
  readonly seed?: number
  /** Most elements of each input that are checked, picked at random; all unless given. */
  readonly mostElements?: number
}

export interface GradcheckFinding {
  readonly input: string
  /** Row-major position of the element. */
  readonly index: number
  readonly analytic: number
  readonly numeric: number
}

export interface GradcheckReport {
  readonly ok: boolean
  /** Elements that were compared. */
  readonly checked: number
  /** Elements that differ, the worst first. */
  readonly findings: readonly GradcheckFinding[]
  /** The greatest relative difference. */
  readonly worst: number
}

/**
 * Compares what `vjp` says of a graph with central differences, element by element, on the reference engine in float64.
 * The outputs of floating point, each element times a random weight, add up to the number that is differentiated. Inputs
 * should keep away from kinks, such as 0 of Relu, by more than `epsilon`.
 *
 * @throws SLP-A2 where an input of `wrt` is not of float64: in float32 differences say little (a step that is small
 * enough for the curve is too small for the rounding). @throws As `vjp` and `interpret`.
 * @example
 * const b = graphBuilder()
 * const x = b.input('x', { kind: 'tensor', dtype: 'float64', shape: [2] })
 * const report = gradcheck(b.build([b.node('Sin', [x])]), new Map([['x', tensor('float64', [2], Float64Array.of(0.3, 2))]]))
 * report.ok // true
 */
export function gradcheck(
  graph: Graph,
  inputs: ReadonlyMap<string, Value>,
  options: GradcheckOptions = {},
): GradcheckReport {
  const { epsilon = 1e-5, relativeTolerance = 1e-6, seed = 0 } = options
  const wrt = options.wrt ?? [...inputs].flatMap(([name, value]) => (isDouble(value) ? [name] : []))
  const run = { inputs, seed, wrt }
  const weights = weightsOf(graph, run)
  const analytic = gradientsOf(graph, run, weights)
  const forward = prepareGraph(graph)
  const at = (changed: ReadonlyMap<string, Value>) => weighted(forward(changed, { seed }), weights)
  const compared = wrt.flatMap((input) => {
    const value = doubleOf(input, inputs.get(input))
    return picks(value, options).map((index): GradcheckFinding => {
      const shifted = (by: number) => at(new Map(inputs).set(input, shift(value, index, by)))
      const numeric = (shifted(epsilon) - shifted(-epsilon)) / (2 * epsilon)
      return { input, index, analytic: analytic.get(input)?.data[index] ?? 0, numeric }
    })
  })
  const findings = compared
    .filter((one) => !(distance(one) <= relativeTolerance))
    .sort((a, b) => distance(b) - distance(a))
  const worst = compared.reduce((most, one) => Math.max(most, distance(one)), 0)
  return { ok: findings.length === 0, checked: compared.length, findings, worst }
}

interface Run {
  readonly inputs: ReadonlyMap<string, Value>
  readonly seed: number
  readonly wrt: readonly string[]
}

type Doubles = Tensor<'float64'>

function isDouble(value: Value | undefined): value is Doubles {
  return value?.kind === 'tensor' && value.dtype === 'float64'
}

function doubleOf(name: string, value: Value | undefined): Doubles {
  if (isDouble(value)) return value
  const got =
    value?.kind === 'tensor' ? typeText(tensorType(value.dtype, value.shape)) : (value?.kind ?? 'nothing')
  throw new SlipwayError(
    'SLP-A2',
    `Cannot check the gradient by "${name}": it must be of float64, got ${got}`,
  )
}

/** A weight for each element of each output that carries a gradient. */
function weightsOf(graph: Graph, { inputs, seed }: Run): ReadonlyMap<string, Doubles> {
  const stream = randomStream(seed, 1)
  const results = prepareGraph(graph)(inputs, { seed })
  return new Map(
    [...results].flatMap(([name, value]) => {
      if (!isDouble(value)) return []
      const data = Float64Array.from(value.data, () => stream.uniform() + 0.5)
      return [[name, tensor('float64', value.shape, data)] as const]
    }),
  )
}

function weighted(results: ReadonlyMap<string, Value>, weights: ReadonlyMap<string, Doubles>): number {
  let sum = 0
  for (const [name, weight] of weights) {
    const { data } = doubleOf(name, results.get(name))
    weight.data.forEach((factor, i) => {
      sum += factor * data[i]!
    })
  }
  return sum
}

function gradientsOf(
  graph: Graph,
  { inputs, seed, wrt }: Run,
  weights: ReadonlyMap<string, Doubles>,
): ReadonlyMap<string, Doubles> {
  const typed = { ...graph, types: new Map(graph.types) }
  for (const [name, value] of inputs) {
    if (value.kind === 'tensor') typed.types.set(name, tensorType(value.dtype, value.shape))
  }
  const seedOf = (b: { constant(value: Tensor): string }) =>
    [...weights].map(([name, weight]) => [name, b.constant(weight)] as const)
  const { graph: both, gradients } = differentiate(annotateTypes(typed), { wrt, seed: seedOf })
  const names = [...gradients.values()]
  const results = prepareGraph({ ...both, outputs: names })(inputs, { seed })
  return new Map([...gradients].map(([name, gradient]) => [name, doubleOf(name, results.get(gradient))]))
}

function picks(value: Doubles, { mostElements = Number.POSITIVE_INFINITY, seed = 0 }: GradcheckOptions) {
  const count = elementCount(value.shape)
  const all = Array.from({ length: count }, (_, i) => i)
  if (count <= mostElements) return all
  const stream = randomStream(seed, 2)
  return Array.from({ length: mostElements }, () => Math.floor(stream.uniform() * count))
}

function shift(value: Doubles, index: number, by: number): Doubles {
  const data = value.data.slice()
  data[index]! += by
  return tensor('float64', value.shape, data)
}

function distance({ analytic, numeric }: GradcheckFinding): number {
  return Math.abs(analytic - numeric) / Math.max(1, Math.abs(analytic), Math.abs(numeric))
}
