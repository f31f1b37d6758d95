import { describe, expect, it } from 'vitest'
import type { DType } from '../../base/dtype.ts'
import { elementCount } from '../../base/shape.ts'
import { toAttributes } from '../../ir/builder.ts'
import { portableTarget } from '../../kernel/target.ts'
import { checkEmit, checkRandomEmits, type EmitCase, referenceOutputs } from '../../testing/check-emit.ts'
import { counted } from '../../testing/counted.ts'
import type { Gen } from '../../testing/gen.ts'
import { flat, i64 } from '../../testing/literals.ts'
import { recorder } from '../../testing/run-calls.ts'
import { arrange } from '../arrange.ts'
import { parseAttributes } from '../attr.ts'
import { concat } from '../concat.ts'
import type { AnyOp } from '../define.ts'
import { expand } from '../expand.ts'
import type { Params, RefArgs } from '../param.ts'
import { reshape } from '../reshape.ts'
import { slice } from '../slice.ts'
import { split } from '../split.ts'
import { tile } from '../tile.ts'
import { transpose } from '../transpose.ts'

const bySize: readonly DType[] = ['uint8', 'int16', 'float32', 'int64']
const sizes = [0, 1, 2, 3, 4, 5, 7, 8, 9, 13, 16, 17, 31]

function shapeOf(g: Gen, rank: number, most = 6000): number[] {
  const shape: number[] = []
  for (let axis = 0; axis < rank; axis++) {
    const left = most / Math.max(1, elementCount(shape))
    shape.push(g.oneOf(sizes.filter((size) => size <= Math.max(1, left))))
  }
  return shape
}

/** What a view says of its offsets. */
function offsetsOf(op: AnyOp, one: EmitCase): readonly number[] | undefined {
  const { lower } = op
  if (lower.kind !== 'view' || !lower.offsets) throw new Error(`${op.name} is no view`)
  const { ref, result } = recorder(portableTarget)
  const refs = one.inputs.map((value) => value && ref(value))
  const results = referenceOutputs(op, one).map(({ dtype, shape }) => result(dtype, shape))
  return lower.offsets(
    arrange(op.inputs, refs, 'input') as RefArgs<Params>,
    arrange(op.outputs, results, 'output') as RefArgs<Params>,
    parseAttributes(op.attrs, toAttributes(one.attrs ?? {})),
  )
}

function shuffled(g: Gen, list: readonly number[]): number[] {
  const out = [...list]
  for (let i = out.length - 1; i > 0; i--) {
    const j = g.int(0, i)
    ;[out[i], out[j]] = [out[j]!, out[i]!]
  }
  return out
}

describe('kernels that move elements', () => {
  it('transpose', () =>
    checkRandomEmits(
      transpose,
      (g) => {
        const rank = g.int(0, 5)
        const axes = Array.from({ length: rank }, (_, i) => i)
        return { inputs: [counted(g.oneOf(bySize), shapeOf(g, rank))], attrs: { perm: shuffled(g, axes) } }
      },
      { runs: 60 },
    ))

  it('transpose matrices of any size', () => {
    for (const dtype of bySize) {
      for (const rows of sizes)
        for (const columns of sizes)
          checkEmit(transpose, { inputs: [counted(dtype, [rows, columns])] }, portableTarget)
    }
  })

  it('slice', () =>
    checkRandomEmits(
      slice,
      (g) => {
        const rank = g.int(1, 4)
        const shape = shapeOf(g, rank)
        const pick = (size: number) => g.int(-size - 1, size + 1)
        return {
          inputs: [
            counted(g.oneOf(bySize), shape),
            i64(shape.map((size) => pick(size))),
            i64(shape.map((size) => pick(size))),
            undefined,
            i64(shape.map(() => g.oneOf([1, 1, 2, -1, 3, -2]))),
          ],
        }
      },
      { runs: 60 },
    ))

  it('split', () =>
    checkRandomEmits(split, (g) => {
      const shape = shapeOf(g, g.int(1, 4), 2000)
      const axis = g.int(0, shape.length - 1)
      const parts = [g.oneOf(sizes), g.oneOf(sizes), g.oneOf(sizes)]
      const whole = shape.with(
        axis,
        parts.reduce((a, b) => a + b),
      )
      return { inputs: [counted(g.oneOf(bySize), whole), i64(parts)], attrs: { axis }, outputCount: 3 }
    }))

  it('concat', () =>
    checkRandomEmits(concat, (g) => {
      const shape = shapeOf(g, g.int(1, 4), 2000)
      const axis = g.int(0, shape.length - 1)
      const dtype = g.oneOf(bySize)
      const parts = Array.from({ length: g.int(1, 4) }, () =>
        counted(dtype, shape.with(axis, g.oneOf(sizes))),
      )
      return { inputs: parts, attrs: { axis: axis - (g.bool() ? shape.length : 0) } }
    }))

  it('expand', () =>
    checkRandomEmits(expand, (g) => {
      const shape = shapeOf(g, g.int(0, 4))
      const own = shape.slice(g.int(0, shape.length)).map((size) => (g.bool() ? size : 1))
      return { inputs: [counted(g.oneOf(bySize), own), i64(shape)] }
    }))

  it('tile', () =>
    checkRandomEmits(tile, (g) => {
      const shape = shapeOf(g, g.int(0, 4), 300)
      return { inputs: [counted(g.oneOf(bySize), shape), i64(shape.map(() => g.int(0, 3)))] }
    }))

  it('copy what has no elements of its own size', () => {
    const packed = flat(
      'int4',
      [3, 5],
      Array.from({ length: 15 }, (_, i) => (i % 16) - 8),
    )
    checkEmit(reshape, { inputs: [packed, i64([5, 3])] }, portableTarget)
  })

  it('share large work among tasks', () => {
    for (const dtype of bySize) {
      const x = counted(dtype, [2, 3, 130, 211])
      for (const perm of [
        [0, 2, 3, 1],
        [0, 3, 1, 2],
        [1, 0, 2, 3],
        [0, 1, 3, 2],
      ])
        checkEmit(transpose, { inputs: [x], attrs: { perm }, threads: 2 }, portableTarget)
    }
    checkEmit(reshape, { inputs: [counted('float32', [5, 100_003]), i64([-1])] }, portableTarget)
  })
})

describe('offsets of views', () => {
  const { data, output } = { data: counted('float32', [1, 6, 5]), output: undefined }
  const cut = (starts: number[], ends: number[], steps: number[]) => [
    data,
    i64(starts),
    i64(ends),
    output,
    i64(steps),
  ]
  const cases: readonly (readonly [string, AnyOp, EmitCase, readonly number[] | undefined])[] = [
    ['rows', slice, { inputs: cut([0, 2, 0], [1, 5, 5], [1, 1, 1]) }, [10]],
    ['one element', slice, { inputs: cut([0, 3, 2], [1, 4, 1], [1, 1, -1]) }, [17]],
    ['columns', slice, { inputs: cut([0, 0, 1], [1, 6, 3], [1, 1, 1]) }, undefined],
    ['every second row', slice, { inputs: cut([0, 0, 0], [1, 6, 5], [1, 2, 1]) }, undefined],
    ['rows turned round', slice, { inputs: cut([0, 2, 4], [1, 3, -6], [1, 1, -1]) }, undefined],
    ['nothing', slice, { inputs: cut([0, 3, 0], [1, 3, 5], [1, 1, 1]) }, [0]],
    ['parts', split, { inputs: [data, i64([1, 3, 2])], attrs: { axis: 1 }, outputCount: 3 }, [0, 5, 20]],
    ['parts of rows', split, { inputs: [data, i64([1, 4])], attrs: { axis: 2 }, outputCount: 2 }, undefined],
    ['axes of size 1', transpose, { inputs: [data], attrs: { perm: [1, 2, 0] } }, [0]],
    ['other axes', transpose, { inputs: [data], attrs: { perm: [0, 2, 1] } }, undefined],
    ['the same count', expand, { inputs: [data, i64([1, 1, 6, 5])] }, [0]],
    ['more', expand, { inputs: [data, i64([2, 6, 5])] }, undefined],
  ]
  for (const [name, op, one, expected] of cases)
    it(`lead to the elements of ${name}`, () => {
      const offsets = offsetsOf(op, one)
      expect(offsets).toEqual(expected)
      referenceOutputs(op, one).forEach((result, i) => {
        const start = offsets?.[i]
        const elements = Array.from(result.data as Float32Array)
        if (start !== undefined)
          expect(elements).toEqual(
            Array.from((data.data as Float32Array).slice(start, start + elements.length)),
          )
      })
    })
})
