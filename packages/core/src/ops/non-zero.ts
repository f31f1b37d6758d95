import { forEachIndex } from '../base/shape.ts'
import { lanesOf, type WideTensor, wideZeros } from '../base/wide.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { notFloat } from './no-gradient.ts'
import { one } from './param.ts'
import { tensorsIr4 } from './types.ts'

/**
 * The indices of the elements that are not zero (or empty, or false), in row-major order: one column each.
 */
export const nonZero = defineOp({
  name: 'NonZero',
  since: [9, 13],
  types: { T: tensorsIr4 },
  inputs: { X: one('T') },
  outputs: { Y: one('int64') },
  attrs: {},
  infer: ({ X }, _attrs, { freshDim }) => ({
    Y: tensorFact('int64', [X.shape?.length ?? freshDim('rank'), freshDim('count')]),
  }),
  reference: ({ X }) => {
    const found: (readonly number[])[] = []
    forEachIndex(X.shape, (index, linear) => {
      if (isThere(X, linear)) found.push([...index])
    })
    const Y = wideZeros('int64', [X.shape.length, found.length])
    found.forEach((index, column) => {
      index.forEach((at, axis) => {
        Y.data[axis * found.length + column] = BigInt(at)
      })
    })
    return { Y }
  },
  gradient: notFloat,
  lower: { kind: 'kernel' },
})

/** NaN counts as an element; 0, -0, 0n, false and '' do not. */
function isThere({ dtype, data }: WideTensor, index: number): boolean {
  const lanes = lanesOf(dtype)
  const parts = [data[index * lanes]!, data[index * lanes + lanes - 1]!]
  return parts.some((part) => Boolean(part) || Number.isNaN(part))
}
