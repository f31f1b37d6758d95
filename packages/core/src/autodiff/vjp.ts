/** Vector-Jacobian products and gradients of graphs, as graphs. */
import { SlipwayError } from '../base/errors.ts'
import { typeText } from '../base/value.ts'
import type { Graph } from '../ir/graph.ts'
import type { Differentiated } from './rule.ts'
import { differentiate } from './sweep.ts'

/**
 * Adds to a graph the nodes that compute the products of the given gradients of values with their Jacobians by `wrt`.
 *
 * @param cotangents Names of gradients by the names of the values that they belong to; both are values of the graph.
 * @throws SLP-A1 where a gradient would have to pass through an operator that has none, SLP-A2 where a value of `wrt` is
 * not of floating point, SLP-I4 for values that nobody knows.
 */
export function vjp(
  graph: Graph,
  cotangents: ReadonlyMap<string, string>,
  wrt: readonly string[],
): Differentiated {
  return differentiate(graph, { wrt, seed: () => cotangents })
}

/**
 * Adds to a graph the nodes that compute the gradient of one number.
 *
 * @param of A scalar of floating point. @throws As `vjp`, and SLP-A2 where `of` is not a scalar.
 * @example
 * const b = graphBuilder()
 * const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [3] })
 * const graph = b.build([b.node('ReduceSum', [b.node('Mul', [x, x])], { keepdims: 0 })])
 * const { graph: both, gradients } = gradientGraph(graph, graph.outputs[0], ['x'])
 * const name = gradients.get('x')
 * const given = new Map([['x', tensor('float32', [3], Float32Array.of(1, 2, 3))]])
 * Array.from(interpret(both, given, { outputs: [name] }).get(name).data) // [2, 4, 6]
 */
export function gradientGraph(graph: Graph, of: string, wrt: readonly string[]): Differentiated {
  return differentiate(graph, {
    wrt,
    seed(b) {
      const { type } = b.fact(of)
      if (type.kind === 'tensor' && type.shape?.length === 0) return [[of, b.literal(type.dtype, 1)]]
      const rule = 'what is differentiated must be a scalar'
      throw new SlipwayError('SLP-A2', `Cannot differentiate "${of}": ${rule}, got ${typeText(type)}`, {
        remedy: 'Reduce it with a sum or a mean, or give its gradient to vjp.',
      })
    },
  })
}
