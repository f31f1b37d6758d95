import { elementCount, type Shape } from '../base/shape.ts'
import { wide } from '../base/wide.ts'
import { isByte } from '../kernel/quantized/bytes.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerPool } from './lower/pool.ts'
import { lowerMaximaWithPlaces } from './lower/pool-indices.ts'
import { maximum } from './lower/poolings.ts'
import { lowerByteMaximum } from './lower/quantized-pool.ts'
import { maybe, one } from './param.ts'
import { maxima } from './shared/maxima.ts'
import { type Pool, poolAttrs, poolFact, poolOf } from './shared/pool.ts'
import { floats } from './types.ts'

/** The largest element of each window, and where it lies in X. Padding never wins; NaN does. */
export const maxPool = defineOp({
  name: 'MaxPool',
  since: [1, 8, 10, 11, 12, 22],
  types: { T: [...floats, 'int8', 'uint8'], I: ['int64'] },
  inputs: { X: one('T') },
  outputs: { Y: one('T'), Indices: maybe('I') },
  attrs: { ...poolAttrs, storage_order: attr.int(0) },
  infer: ({ X }, attrs, { freshDim }) => {
    const Y = poolFact(X, attrs, freshDim)
    return { Y, Indices: tensorFact('int64', Y.shape) }
  },
  reference: ({ X }, attrs, context) => {
    const pool = poolOf(X, attrs, context)
    const { y, at } = maxima(X, pool)
    const Y = wide(X.dtype, pool.shape, y)
    if (!context.wanted(1)) return { Y }
    const position = attrs.storage_order === 1 ? columnMajor(X.shape.slice(2)) : (i: number) => i
    return { Y, Indices: wide('int64', pool.shape, indices(at, pool, position)) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ X }, { Y, Indices }, attrs, context) =>
      Indices || attrs.kernel_shape.length > 2
        ? lowerMaximaWithPlaces(X, Y, Indices, attrs, attrs.storage_order === 1, context)
        : isByte(X.dtype)
          ? lowerByteMaximum({ X, Y, attrs }, context)
          : lowerPool(maximum, X, Y, attrs, context),
  },
})

function indices(at: Float64Array, pool: Pool, position: (index: number) => number): BigInt64Array {
  return BigInt64Array.from(at, (index) => {
    if (index < 0) return -1n
    const within = index % pool.inputPlane
    return BigInt(index - within + position(within))
  })
}

/** Turns a row-major index into one that counts the first axis fastest. */
function columnMajor(shape: Shape): (index: number) => number {
  return (index) => {
    let position = 0
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const size = shape[axis]!
      const before = elementCount(shape.slice(0, axis))
      position += (index % size) * before
      index = Math.floor(index / size)
    }
    return position
  }
}
