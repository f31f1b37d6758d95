import { describe, it } from 'vitest'
import type { DType } from '../../base/dtype.ts'
import { elementCount } from '../../base/shape.ts'
import type { Tensor } from '../../base/tensor.ts'
import { portableTarget } from '../../kernel/target.ts'
import { checkEmit, checkRandomEmits, exact } from '../../testing/check-emit.ts'
import { type Gen, generator } from '../../testing/gen.ts'
import { flat, i64 } from '../../testing/literals.ts'
import { argMax } from '../arg-max.ts'
import { argMin } from '../arg-min.ts'
import { cumProd } from '../cum-prod.ts'
import { cumSum } from '../cum-sum.ts'
import { hardmax } from '../hardmax.ts'
import { randomStream } from '../random.ts'
import { topK } from '../top-k.ts'

const numbers: readonly DType[] = [
  'float32',
  'float32',
  'float64',
  'int64',
  'int32',
  'uint8',
  'int8',
  'uint32',
  'uint64',
  'int16',
]
const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 13, 17, 31]

/** Many equal elements, and now and then a NaN, an infinity, or a zero of either sign. */
function ties(g: Gen, dtype: DType, shape: readonly number[]): Tensor {
  const odd = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0]
  const isFloat = dtype.startsWith('float')
  const low = dtype.startsWith('u') ? 0 : -3
  const list = Array.from({ length: elementCount(shape) }, () => {
    const isOdd = isFloat && g.int(0, 9) === 0
    return isOdd ? g.oneOf(odd) : g.int(low, 3)
  })
  return flat(dtype, shape, list)
}

const shapeOf = (g: Gen, rank: number) => Array.from({ length: rank }, () => g.oneOf(sizes))

describe('kernels along lines', () => {
  for (const op of [argMax, argMin])
    it(op.name, () =>
      checkRandomEmits(
        op,
        (g) => {
          const shape = shapeOf(g, g.int(0, 3))
          const axis = g.int(-shape.length, Math.max(0, shape.length - 1))
          return {
            inputs: [ties(g, g.oneOf(numbers), shape)],
            attrs: { axis, keepdims: g.int(0, 1), select_last_index: g.int(0, 1) },
          }
        },
        { runs: 80 },
      ),
    )

  it('of no lines', () => {
    const empty = flat('float32', [3, 0], [])
    checkEmit(argMax, { inputs: [empty], attrs: { axis: 0 } }, portableTarget)
    checkEmit(topK, { inputs: [empty, i64([2])], attrs: { axis: 0 }, outputCount: 2 }, portableTarget)
    checkEmit(topK, { inputs: [empty, i64([0])], outputCount: 2 }, portableTarget)
    checkEmit(hardmax, { inputs: [empty] }, portableTarget)
    checkEmit(cumSum, { inputs: [empty, i64(1)] }, portableTarget)
  })

  it('hardmax', () =>
    checkRandomEmits(hardmax, (g) => {
      const shape = shapeOf(g, g.int(1, 3))
      return {
        inputs: [ties(g, g.oneOf(['float32', 'float64']), shape)],
        attrs: { axis: g.int(-shape.length, shape.length - 1) },
      }
    }))

  for (const op of [cumSum, cumProd])
    it(op.name, () =>
      checkRandomEmits(
        op,
        (g) => {
          const shape = shapeOf(g, g.int(1, 3))
          const dtype = g.oneOf<DType>(['float32', 'float64', 'int32', 'uint32', 'int64', 'uint64'])
          return {
            inputs: [g.tensor(dtype, shape, { finite: false }), i64(g.int(-shape.length, shape.length - 1))],
            attrs: { exclusive: g.int(0, 1), reverse: g.int(0, 1) },
          }
        },
        { runs: 60, tolerance: exact },
      ),
    )

  it('top k', () =>
    checkRandomEmits(
      topK,
      (g) => {
        const shape = shapeOf(g, g.int(1, 3))
        const axis = g.int(0, shape.length - 1)
        const dtype = g.oneOf<DType>(['float32', 'float32', 'int32', 'uint32', 'int16', 'uint8'])
        return {
          inputs: [ties(g, dtype, shape), i64([g.int(0, shape[axis]!)])],
          attrs: { axis, largest: g.int(0, 1) },
          outputCount: 2,
        }
      },
      { runs: 80 },
    ))

  it('of extreme integers', () => {
    const list = [-(2 ** 31), 2 ** 31 - 1, 0, -1, -(2 ** 31), 2 ** 31 - 1]
    for (const largest of [0, 1]) {
      const one = { inputs: [flat('int32', [6], list), i64([6])], attrs: { largest }, outputCount: 2 }
      checkEmit(topK, one, portableTarget)
      const positive = flat(
        'uint32',
        [6],
        list.map((item) => item + 2 ** 31),
      )
      checkEmit(topK, { ...one, inputs: [positive, i64([6])] }, portableTarget)
    }
  })

  it('of long lines', () => {
    const g = generator(randomStream(7))
    const x = g.tensor('float32', [3, 20_011], { finite: false })
    checkEmit(topK, { inputs: [x, i64([300])], outputCount: 2 }, portableTarget)
    checkEmit(argMax, { inputs: [x], attrs: { axis: 1 } }, portableTarget)
    checkEmit(argMax, { inputs: [x], attrs: { axis: 0 }, threads: 2 }, portableTarget)
    checkEmit(cumSum, { inputs: [x, i64(0)], threads: 2 }, portableTarget)
  })
})
