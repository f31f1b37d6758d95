import { describe, expect, it } from 'vitest'
import type { DType } from '../../base/dtype.ts'
import { elementCount } from '../../base/shape.ts'
import type { Tensor } from '../../base/tensor.ts'
import { portableTarget } from '../../kernel/target.ts'
import { checkEmit, checkRandomEmits } from '../../testing/check-emit.ts'
import { defaultTolerance } from '../../testing/close.ts'
import { counted } from '../../testing/counted.ts'
import type { Gen } from '../../testing/gen.ts'
import { f32, flat, i64 } from '../../testing/literals.ts'
import { runEmit } from '../../testing/run-calls.ts'
import type { AnyOp } from '../define.ts'
import { scatterElements } from '../scatter-elements.ts'
import { scatterNd } from '../scatter-nd.ts'
import { scatterReductions } from '../shared/scatter.ts'
import { tensorScatter } from '../tensor-scatter.ts'

const bySize: readonly DType[] = ['uint8', 'int16', 'float32', 'int64']
const combined: readonly DType[] = [
  'float32',
  'float64',
  'int64',
  'uint64',
  'int32',
  'uint32',
  'int16',
  'uint8',
  'int8',
  'bool',
]
const sizes = [1, 2, 3, 4, 5, 8, 13]

const shapeOf = (g: Gen, rank: number) => Array.from({ length: rank }, () => g.oneOf(sizes))

function indices(g: Gen, shape: readonly number[], size: number): Tensor {
  const list = Array.from({ length: elementCount(shape) }, () => g.int(-size, size - 1))
  return flat(g.oneOf(['int32', 'int64']), shape, list)
}

/** What is put must be different elements; what is combined should meet NaN and negative numbers. */
function elements(g: Gen, dtype: DType, shape: readonly number[], reduction: string): Tensor {
  return reduction === 'none' ? counted(dtype, shape) : g.tensor(dtype, shape, { finite: false })
}

const choice = (g: Gen) => {
  const reduction = g.oneOf(scatterReductions)
  return { reduction, dtype: g.oneOf(reduction === 'none' ? bySize : combined) }
}

describe('kernels that write by index', () => {
  it('scatter elements', () =>
    checkRandomEmits(
      scatterElements,
      (g) => {
        const { reduction, dtype } = choice(g)
        const shape = shapeOf(g, g.int(1, 4))
        const axis = g.int(0, shape.length - 1)
        const own = shape.map((size, i) => (i === axis ? g.oneOf([0, ...sizes]) : g.int(1, size)))
        const unique = reduction === 'none' && g.bool()
        return {
          inputs: [
            elements(g, dtype, shape, reduction),
            indices(g, own, shape[axis]!),
            elements(g, dtype, own, unique ? 'none' : reduction),
          ],
          attrs: { axis: axis - (g.bool() ? shape.length : 0), reduction },
        }
      },
      { runs: 100, tolerance: defaultTolerance },
    ))

  it('scatter blocks', () =>
    checkRandomEmits(
      scatterNd,
      (g) => {
        const { reduction, dtype } = choice(g)
        const shape = shapeOf(g, g.int(1, 4))
        const width = g.int(1, shape.length)
        const own = shapeOf(g, g.int(0, 2))
        const list = Array.from({ length: elementCount(own) }, () =>
          shape.slice(0, width).map((size) => g.int(-size, size - 1)),
        )
        return {
          inputs: [
            elements(g, dtype, shape, reduction),
            flat('int64', [...own, width], list.flat()),
            elements(g, dtype, [...own, ...shape.slice(width)], reduction),
          ],
          attrs: { reduction },
        }
      },
      { runs: 100, tolerance: defaultTolerance },
    ))

  it('share what cannot meet among tasks', () => {
    const at = flat(
      'int64',
      [300, 70],
      Array.from({ length: 21_000 }, (_, i) => (i * 7) % 300),
    )
    const big = counted('float32', [300, 70])
    for (const axis of [0, 1]) {
      const index =
        axis === 0
          ? at
          : flat(
              'int64',
              [300, 70],
              Array.from({ length: 21_000 }, (_, i) => (i * 3) % 70),
            )
      for (const reduction of ['none', 'add'])
        checkEmit(
          scatterElements,
          { inputs: [big, index, big], attrs: { axis, reduction }, threads: 2 },
          portableTarget,
        )
    }
    const blocks = [counted('float32', [5, 3001]), i64([[1], [4], [1]]), counted('float32', [3, 3001])]
    for (const reduction of ['none', 'add'])
      checkEmit(scatterNd, { inputs: blocks, attrs: { reduction }, threads: 2 }, portableTarget)
  })

  it('write into caches', () =>
    checkRandomEmits(tensorScatter, (g) => {
      const shape = shapeOf(g, g.int(2, 4))
      const axis = g.int(1, shape.length - 1)
      const isCircular = g.bool()
      const length = g.int(0, shape[axis]!)
      const dtype = g.oneOf(bySize)
      const most = isCircular ? 30 : shape[axis]! - length
      const starts = Array.from({ length: shape[0]! }, () => g.int(isCircular ? -30 : 0, most))
      return {
        inputs: [
          counted(dtype, shape),
          counted(dtype, shape.with(axis, length)),
          g.bool() ? i64(starts) : undefined,
        ],
        attrs: { axis, mode: isCircular ? 'circular' : 'linear' },
      }
    }))

  it('end the run at an index outside', () => {
    const data = f32([[1, 2, 3]])
    const run =
      (op: AnyOp, ...inputs: Tensor[]) =>
      () =>
        runEmit(op, inputs, {}, { target: portableTarget })
    expect(run(scatterElements, data, i64([[1, 0, 0]]), data)).toThrow(/unreachable/)
    expect(run(scatterNd, data, i64([[0, 3]]), f32([1]))).toThrow(/unreachable/)
    const cache = f32([[[1], [2]]])
    expect(run(tensorScatter, cache, cache, i64([1]))).toThrow(/unreachable/)
    expect(run(tensorScatter, cache, cache, i64([-1]))).toThrow(/unreachable/)
  })
})
