/** Fusions that are known to have gone wrong in other optimisers, on all passes together. */
import { describe, expect, it } from 'vitest'
import type { GraphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { checkOptimized, type Weights } from '../testing/pass-test.ts'

const ops = ({ nodes }: Graph): readonly string[] => nodes.map(({ op }) => op)
const tolerance = { relative: 1e-3, absolute: 1e-4 }
const image = ['N', 3, 6, 6] as const
const ints = (b: GraphBuilder, ...list: readonly number[]) => b.literal('int64', list)

describe('known faults', () => {
  it('Slice of a Slice with negative bounds (OnnxSlim 277)', () => {
    const graph = checkOptimized((b, g) => {
      const first = b.node('Slice', [g.input('x', [2, 9]), ints(b, -7), ints(b, -1), ints(b, 1)])
      return b.node('Slice', [first, ints(b, -3), ints(b, 100), ints(b, -1)])
    })
    expect(ops(graph)).toEqual(['Slice'])
  })

  it('Pad that several convolutions read (OnnxSlim 29)', () => {
    const graph = checkOptimized(
      (b, g) => {
        const p = b.node('Pad', [g.input('x', image), ints(b, 0, 0, 1, 1, 0, 0, 1, 1)])
        return [b.node('Conv', [p, g.weights([2, 3, 3, 3])]), b.node('Conv', [p, g.weights([2, 3, 1, 1])])]
      },
      { tolerance },
    )
    expect(ops(graph)).toEqual(['Pad', 'Conv', 'Conv'])
  })

  it('Concat that several Reshapes read (OnnxSlim 305)', () => {
    checkOptimized((b, g) => {
      const joined = b.node('Concat', [g.input('x', ['N', 2]), g.input('z', ['N', 4])], { axis: 1 })
      return [b.node('Reshape', [joined, ints(b, -1, 3)]), b.node('Reshape', [joined, ints(b, -1, 2, 3)])]
    })
  })

  it('Concat of shapes that several Reshapes read (OnnxSlim 305)', () => {
    checkOptimized((b, g) => {
      const x = g.input('x', ['N', 2, 3])
      const shape = b.node('Concat', [b.node('Shape', [x], { end: 1 }), ints(b, -1)], { axis: 0 })
      return [b.node('Reshape', [x, shape]), b.node('Reshape', [b.node('Neg', [x]), shape]), shape]
    })
  })

  it.each([0, 1])(
    'Pad and AveragePool with count_include_pad %i (onnxruntime 22177)',
    (count_include_pad) => {
      for (const pads of [
        [0, 0, 0, 0],
        [1, 1, 1, 1],
      ]) {
        checkOptimized(
          (b, g) => {
            const p = b.node('Pad', [g.input('x', image), ints(b, 0, 0, 1, 0, 0, 0, 0, 1)])
            return b.node('AveragePool', [p], { kernel_shape: [2, 2], pads, count_include_pad })
          },
          { tolerance },
        )
      }
    },
  )

  it('GlobalAveragePool after a convolution with few channels (onnxruntime 20540)', () => {
    checkOptimized(
      (b, g) => {
        const y = b.node('Relu', [b.node('Conv', [g.input('x', image), g.weights([5, 3, 3, 3])])])
        return [b.node('GlobalAveragePool', [y]), b.node('Flatten', [b.node('GlobalAveragePool', [y])])]
      },
      { tolerance },
    )
  })

  it('a skipped layer normalisation in float16 (onnxruntime 17689)', () => {
    const graph = checkOptimized(
      (b, g) => {
        const sum = b.node('Add', [g.input('x', ['N', 8], 'float16'), g.input('skip', ['N', 8], 'float16')])
        return [sum, layerNorm(b, g, sum)]
      },
      { tolerance: { relative: 2e-2, absolute: 2e-2 } },
    )
    expect(ops(graph)).toEqual(['Add', 'LayerNormalization'])
  })

  it('an output of the graph inside a fusion (onnxruntime 4110)', () => {
    const graph = checkOptimized(
      (b, g) => {
        const y = b.node('Conv', [g.input('x', image), g.weights([3, 3, 1, 1])])
        const scaled = b.node('Mul', [y, g.weights([3, 1, 1])])
        const shifted = b.node('Add', [scaled, g.weights([3, 1, 1])])
        return [scaled, b.node('Relu', [shifted]), shifted]
      },
      { tolerance },
    )
    expect(ops(graph)).toEqual(['Conv', 'Add', 'Relu'])
  })

  it('outputs that are inputs, constants, or the same (onnxruntime 23258)', () => {
    const graph = checkOptimized((b, g) => {
      const x = g.input('x', ['N', 2])
      const k = b.node('Identity', [ints(b, 1, 2)])
      const y = b.node('Identity', [b.node('Neg', [x])])
      return [b.node('Identity', [x]), k, y, b.node('Identity', [y]), b.node('Identity', [k])]
    })
    expect(ops(graph)).toEqual(['Neg', 'Identity', 'Identity'])
  })

  it('an empty graph, and one of constants only (onnxsim 187)', () => {
    expect(checkOptimized('graph g() -> () {}').nodes).toEqual([])
    expect(checkOptimized((b) => b.node('Add', [ints(b, 1), ints(b, 2)])).nodes).toEqual([])
  })

  it('an unknown operator, and one that refuses its inputs (onnxsim 206)', () => {
    // Neither can be run, so that what they mean cannot be compared; they must be left as they are.
    for (const text of [
      'graph g(x: float32[2]) -> (y) { a = Identity(x) b = Unheard(a) y = Neg(b) }',
      'graph g(x: float32[2], z: float32[3]) -> (y) { a = Identity(x) b = Add(a, z) y = Neg(b) }',
    ]) {
      expect(() => checkOptimized(text)).toThrow(/unknown|broadcast|type/i)
    }
  })

  it('two equal random operators (OnnxSlim, no thread)', () => {
    const graph = checkOptimized(
      'graph g(x: float32[2]) -> (y) { a = RandomNormalLike(x) b = RandomNormalLike(x) y = Sub(a, b) }',
    )
    expect(ops(graph)).toEqual(['RandomNormalLike', 'RandomNormalLike', 'Sub'])
  })

  it('all passes on a residual block with its shape computed (onnxruntime 20321, 18959)', () => {
    const graph = checkOptimized(residual, { tolerance })
    expect(ops(graph)).toEqual(['Conv', 'Relu', 'Conv', 'Add', 'Relu', 'Reshape', 'Gemm'])
  })
})

function residual(b: GraphBuilder, g: Weights): string {
  const x = g.input('x', ['N', 4, 6, 6])
  const normal = (y: string) =>
    b.node('BatchNormalization', [
      y,
      g.weights([4]),
      g.weights([4]),
      g.weights([4]),
      g.weights([4], { positive: true }),
    ])
  const first = b.node('Relu', [normal(b.node('Conv', [x, g.weights([4, 4, 3, 3])], { pads: [1, 1, 1, 1] }))])
  const padded = b.node('Pad', [first, ints(b, 0, 0, 1, 1, 0, 0, 1, 1)])
  const second = normal(b.node('Conv', [padded, g.weights([4, 4, 3, 3])]))
  const y = b.node('Relu', [b.node('Sum', [second, x])])
  const batch = b.node('Unsqueeze', [
    b.node('Gather', [b.node('Shape', [y]), b.literal('int64', 0)]),
    ints(b, 0),
  ])
  const flat = b.node('Reshape', [y, b.node('Concat', [batch, ints(b, -1)], { axis: 0 })])
  return b.node('Add', [b.node('MatMul', [flat, g.weights([144, 3])]), g.weights([3])])
}

function layerNorm(b: GraphBuilder, g: Weights, x: string): string {
  const [axes, half] = [ints(b, -1), { dtype: 'float16' } as const]
  const d = b.node('Sub', [x, b.node('ReduceMean', [x, axes])])
  const variance = b.node('ReduceMean', [b.node('Pow', [d, b.literal('float16', 2)]), axes])
  const normal = b.node('Div', [d, b.node('Sqrt', [b.node('Add', [variance, b.literal('float16', 1e-3)])])])
  return b.node('Add', [b.node('Mul', [normal, g.weights([8], half)]), g.weights([8], half)])
}
