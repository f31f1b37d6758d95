import { type GraphBuilder, graphBuilder, type Tensor, tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { countFlops } from './flops.ts'

const floats = (...shape: readonly number[]): Tensor =>
  tensor('float32', shape, new Float32Array(shape.reduce((a, b) => a * b, 1)))
const typeOf = (shape: readonly number[]) => ({ kind: 'tensor' as const, dtype: 'float32' as const, shape })

/** Operations of the node that `build` adds to a graph over an input x. */
function flopsOf(shape: readonly number[], build: (b: GraphBuilder, x: string) => string): number {
  const builder = graphBuilder()
  const x = builder.input('x', typeOf(shape))
  return countFlops(builder.build([build(builder, x)]), new Map([['x', floats(...shape)]]))
}

describe('countFlops', () => {
  it('counts two per multiply-add of a matrix product, batches included', () => {
    expect(flopsOf([3, 5], (b, x) => b.node('MatMul', [x, b.constant(floats(5, 7))]))).toBe(2 * 3 * 5 * 7)
    expect(flopsOf([4, 3, 5], (b, x) => b.node('MatMul', [x, b.constant(floats(5, 7))]))).toBe(
      2 * 4 * 3 * 5 * 7,
    )
  })

  it('takes the inner size of Gemm from the right axis', () => {
    const weights = floats(5, 7)
    expect(flopsOf([3, 5], (b, x) => b.node('Gemm', [x, b.constant(weights)]))).toBe(2 * 3 * 5 * 7)
    expect(flopsOf([5, 3], (b, x) => b.node('Gemm', [x, b.constant(weights)], { transA: 1 }))).toBe(
      2 * 3 * 5 * 7,
    )
  })

  it('counts each output of a convolution once per weight of its filter', () => {
    const conv = (weights: Tensor, attributes: Record<string, number | number[]>) =>
      flopsOf([1, 4, 9, 9], (b, x) => b.node('Conv', [x, b.constant(weights)], attributes))
    expect(conv(floats(6, 4, 3, 3), {})).toBe(2 * (6 * 7 * 7) * (4 * 3 * 3))
    expect(conv(floats(6, 4, 3, 3), { strides: [2, 2] })).toBe(2 * (6 * 4 * 4) * (4 * 3 * 3))
    expect(conv(floats(4, 1, 3, 3), { group: 4 })).toBe(2 * (4 * 7 * 7) * (3 * 3))
  })

  it('counts each input of a transposed convolution once per weight of its filters', () => {
    expect(
      flopsOf([1, 4, 5, 5], (b, x) =>
        b.node('ConvTranspose', [x, b.constant(floats(4, 6, 3, 3))], { strides: [2, 2] }),
      ),
    ).toBe(2 * (4 * 5 * 5) * (6 * 3 * 3))
  })

  it('counts the gates of a recurrent layer at every step', () => {
    const [steps, batch, size, hidden] = [6, 2, 3, 5]
    expect(
      flopsOf([steps, batch, size], (b, x) =>
        b.node(
          'LSTM',
          [x, b.constant(floats(1, 4 * hidden, size)), b.constant(floats(1, 4 * hidden, hidden))],
          { hidden_size: hidden },
        ),
      ),
    ).toBe(2 * steps * batch * 4 * hidden * (size + hidden))
  })

  it('counts nothing for elementwise work', () => {
    expect(flopsOf([3, 5], (b, x) => b.node('Relu', [x]))).toBe(0)
  })

  it('follows shapes that are computed, and weights that are listed as inputs', () => {
    const builder = graphBuilder()
    const x = builder.input('x', typeOf([2, 12]))
    builder.input('w', typeOf([4, 3]))
    builder.constant(floats(4, 3), 'w')
    const rows = builder.node('Reshape', [x, builder.literal('int64', [-1, 4])])
    const graph = builder.build([builder.node('MatMul', [rows, 'w'])])
    expect(countFlops(graph, new Map([['x', floats(2, 12)]]))).toBe(2 * 6 * 4 * 3)
  })

  it('counts the branch that runs where an input decides, and the larger one where it is open', () => {
    const branch = (columns: number) => {
      const inner = graphBuilder({ prefix: `c${columns}_` })
      return inner.build([inner.node('MatMul', ['x', inner.constant(floats(5, columns))])])
    }
    const builder = graphBuilder()
    const x = builder.input('x', typeOf([3, 5]))
    const wide = builder.input('wide', { kind: 'tensor', dtype: 'bool', shape: [] })
    const y = builder.node('If', [wide], { then_branch: branch(7), else_branch: branch(2) })
    const graph = builder.build([x, y])
    const given = (choice: number): Map<string, Tensor> =>
      new Map<string, Tensor>([
        ['x', floats(3, 5)],
        ['wide', tensor('bool', [], Uint8Array.of(choice))],
      ])
    expect(countFlops(graph, given(1))).toBe(2 * 3 * 5 * 7)
    expect(countFlops(graph, given(0))).toBe(2 * 3 * 5 * 2)
    expect(countFlops(graph, new Map([['x', floats(3, 5)]]))).toBe(2 * 3 * 5 * 7)
  })
})
