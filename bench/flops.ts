/**
 * Arithmetic that a model needs, from the shapes of its products: two operations per multiply-add. Elementwise
 * work is not counted, so a share of the peak computed from it is a lower bound.
 */
import { elementCount, foldNode, type Graph, inferGraph, type Node, widenValue } from '@slipway/core'
import type { Tensors } from './engines/adapter.ts'

type Facts = ReturnType<typeof inferGraph>['facts']
type ShapeOf = (name: string | undefined) => readonly number[]

/** Operations of one run with these inputs. A loop's body counts once. */
export function countFlops(graph: Graph, inputs: Tensors): number {
  const bodies = new Map<Graph, Facts>()
  const given = new Map(
    [...inputs].map(([name, tensor]) => {
      const { dtype, shape } = tensor
      const wide = elementCount(shape) <= 16 ? widenValue(tensor) : undefined
      const known = wide?.kind === 'tensor' ? { constant: wide } : {}
      return [name, { type: { kind: 'tensor' as const, dtype, shape }, ...known }] as const
    }),
  )
  // Older files list their weights as inputs too, and nobody gives them.
  const closed = { ...graph, inputs: graph.inputs.filter((name) => !graph.constants.has(name)) }
  const { facts } = inferGraph(closed, {
    inputs: given,
    fold: foldNode,
    onRefusal: () => {},
    onGraph: (body, known) => bodies.set(body, known),
  })
  return flopsOfGraph(graph, facts, bodies)
}

function flopsOfGraph(graph: Graph, facts: Facts, bodies: ReadonlyMap<Graph, Facts>): number {
  const shapeOf: ShapeOf = (name) => {
    const type = facts.get(name ?? '')?.type
    const shape = type?.kind === 'tensor' ? type.shape : undefined
    return shape?.map((size) => (typeof size === 'number' ? size : Number.NaN)) ?? [Number.NaN]
  }
  return graph.nodes.reduce((sum, node) => {
    const count = counters[node.op]
    const inner = bodiesRun(node, facts).map((body) => flopsOfGraph(body, bodies.get(body) ?? facts, bodies))
    return sum + (count ? count(node, shapeOf) : 0) + Math.max(0, ...inner)
  }, 0)
}

/** The branch of an If where its condition is known, otherwise every body: the caller takes the largest. */
function bodiesRun({ op, inputs, attributes }: Node, facts: Facts): Graph[] {
  const condition = op === 'If' ? facts.get(inputs[0]!)?.constant?.data[0] : undefined
  const wanted = condition === undefined ? undefined : condition ? 'then_branch' : 'else_branch'
  return [...attributes].flatMap(([name, attribute]) =>
    attribute.kind === 'graph' && (wanted === undefined || name === wanted) ? [attribute.value] : [],
  )
}

type Counter = (node: Node, shapeOf: ShapeOf) => number

/** Each output element of a convolution sums the weights of one filter: [M, C/group, ...kernel]. */
const convolution =
  (weights: number): Counter =>
  ({ inputs, outputs }, shapeOf) =>
    2 * elementCount(shapeOf(outputs[0])) * elementCount(shapeOf(inputs[weights]).slice(1))

const product: Counter = ({ inputs, outputs }, shapeOf) =>
  2 * elementCount(shapeOf(outputs[0])) * (shapeOf(inputs[0]).at(-1) ?? 1)

/** Gates of a recurrent cell: every step multiplies the input and the state by one matrix per gate. */
const recurrent: Counter = ({ inputs }, shapeOf) => {
  const [steps, batch] = shapeOf(inputs[0])
  return 2 * steps! * batch! * (elementCount(shapeOf(inputs[1])) + elementCount(shapeOf(inputs[2])))
}

const counters: Readonly<Record<string, Counter>> = {
  Conv: convolution(1),
  ConvInteger: convolution(1),
  FusedConv: convolution(1),
  QLinearConv: convolution(3),
  ConvTranspose: ({ inputs }, shapeOf) =>
    2 * elementCount(shapeOf(inputs[0])) * elementCount(shapeOf(inputs[1]).slice(1)),
  Gemm: ({ inputs, outputs, attributes }, shapeOf) => {
    const transposed = attributes.get('transA')?.value === 1n
    return 2 * elementCount(shapeOf(outputs[0])) * shapeOf(inputs[0])[transposed ? 0 : 1]!
  },
  MatMul: product,
  MatMulInteger: product,
  MatMulNBits: product,
  QLinearMatMul: product,
  GRU: recurrent,
  LSTM: recurrent,
  RNN: recurrent,
}
