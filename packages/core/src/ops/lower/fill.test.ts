import { describe, expect, it } from 'vitest'
import type { DType } from '../../base/dtype.ts'
import { elementCount } from '../../base/shape.ts'
import type { Tensor } from '../../base/tensor.ts'
import { portableTarget } from '../../kernel/target.ts'
import { checkEmit, checkRandomEmits } from '../../testing/check-emit.ts'
import { counted } from '../../testing/counted.ts'
import { bool, f32, f64, flat, i64 } from '../../testing/literals.ts'
import { runEmit } from '../../testing/run-calls.ts'
import { constantOfShape } from '../constant-of-shape.ts'
import type { AnyOp } from '../define.ts'
import { dropout } from '../dropout.ts'
import { eyeLike } from '../eye-like.ts'
import { maxUnpool } from '../max-unpool.ts'
import { oneHot } from '../one-hot.ts'
import { range } from '../range.ts'
import { reverseSequence } from '../reverse-sequence.ts'
import { trilu } from '../trilu.ts'

const bySize: readonly DType[] = ['uint8', 'int16', 'float32', 'int64']
const sizes = [0, 1, 2, 3, 4, 5, 8, 17]

describe('kernels that fill', () => {
  it('repeat a constant', () =>
    checkRandomEmits(constantOfShape, (g) => ({
      inputs: [i64(Array.from({ length: g.int(0, 3) }, () => g.oneOf(sizes)))],
      attrs: g.bool() ? { value: counted(g.oneOf(['float16', ...bySize]), [1]) } : {},
    })))

  it('put ones on a diagonal', () =>
    checkRandomEmits(eyeLike, (g) => ({
      inputs: [counted(g.oneOf([...bySize, 'float64', 'bool']), [g.oneOf(sizes), g.oneOf(sizes)])],
      attrs: { k: g.int(-6, 6) },
    })))

  it('put one element where an index points', () =>
    checkRandomEmits(
      oneHot,
      (g) => {
        const depth = g.oneOf([1, 2, 5, 17])
        const shape = Array.from({ length: g.int(0, 3) }, () => g.oneOf(sizes))
        const type = g.oneOf<DType>(['int64', 'int32', 'float32', 'float64', 'int8'])
        const list = Array.from({ length: elementCount(shape) }, () => g.int(-depth - 2, depth + 1))
        const odd = type === 'float32' ? list.map((item) => (g.bool() ? item + 0.5 : item)) : list
        return {
          inputs: [flat(type, shape, odd), i64([depth]), counted(g.oneOf(bySize), [2])],
          attrs: { axis: g.int(-shape.length - 1, shape.length) },
        }
      },
      { runs: 60 },
    ))

  it('keep a triangle', () =>
    checkRandomEmits(trilu, (g) => {
      const shape = Array.from({ length: g.int(2, 4) }, () => g.oneOf(sizes))
      const k = g.oneOf([-30, -3, -1, 0, 1, 2, 30, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER])
      return {
        inputs: [counted(g.oneOf(bySize), shape), g.bool() ? i64(k) : undefined],
        attrs: { upper: g.int(0, 1) },
      }
    }))

  it('count', () => {
    for (const dtype of ['float32', 'float64', 'int64', 'int32', 'int16'] as const) {
      const of = (start: number, limit: number, delta: number) =>
        [start, limit, delta].map((item) => flat(dtype, [], [item]))
      for (const list of [of(0, 40_000, 3), of(-3, 17, 1), of(10, -9, -2), of(1, 1, 1)])
        checkEmit(range, { inputs: list }, portableTarget)
    }
    checkEmit(range, { inputs: [f32(0.1), f32(20), f32(0.3)] }, portableTarget)
    checkEmit(range, { inputs: [f64(0.1), f64(20), f64(0.3)] }, portableTarget)
  })

  it('turn the beginnings of sequences round', () =>
    checkRandomEmits(reverseSequence, (g) => {
      const shape = [g.oneOf(sizes), g.oneOf(sizes), ...(g.bool() ? [g.oneOf([1, 3, 4, 7])] : [])]
      const batch = g.int(0, 1)
      const lengths = Array.from({ length: shape[batch]! }, () => g.int(0, shape[1 - batch]!))
      return {
        inputs: [counted(g.oneOf(bySize), shape), flat('int64', [lengths.length], lengths)],
        attrs: { batch_axis: batch, time_axis: 1 - batch },
      }
    }))

  it('put maxima back', () =>
    checkRandomEmits(maxUnpool, (g) => {
      const shape = [g.int(1, 2), g.int(1, 3), g.int(1, 4), g.int(1, 4)]
      const natural = shape.map((size, axis) => (axis < 2 ? size : 2 * size))
      const places = elementCount(natural)
      const positions = Array.from({ length: elementCount(shape) }, () => g.int(0, places - 1))
      const larger = natural.map((size) => size + g.int(0, 2))
      return {
        inputs: [
          counted(g.oneOf(['float32', 'float64', 'float16']), shape),
          flat('int64', shape, positions),
          g.bool() ? i64(larger) : undefined,
        ],
        attrs: { kernel_shape: [2, 2], strides: [2, 2] },
      }
    }))

  it('drop nothing outside training', () => {
    const data = counted('float32', [3, 7])
    checkEmit(dropout, { inputs: [data], outputCount: 1 }, portableTarget)
    checkEmit(dropout, { inputs: [data, f32(0.3), bool(false)], outputCount: 2 }, portableTarget)
    expect(() => runEmit(dropout, [data, f32(0.3), bool(true)], {}, { target: portableTarget })).toThrow(
      'training',
    )
  })

  it('end the run at what is outside', () => {
    const run =
      (op: AnyOp, inputs: readonly Tensor[], attrs = {}) =>
      () =>
        runEmit(op, inputs, attrs, { target: portableTarget })
    const data = counted('float32', [2, 2])
    const cut = { kernel_shape: [1] }
    for (const length of [-1, 3])
      expect(run(reverseSequence, [data, i64([length, 1])])).toThrow(/unreachable/)
    for (const at of [-1, 2])
      expect(run(maxUnpool, [f32([[[1, 2]]]), i64([[[0, at]]])], cut)).toThrow(/unreachable/)
  })
})
