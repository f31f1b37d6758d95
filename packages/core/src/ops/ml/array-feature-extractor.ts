import { type Dim, productOfDims } from '../../base/dim.ts'
import { elementCount } from '../../base/shape.ts'
import { elementBytes } from '../../kernel/move/element.ts'
import { gatherBlocks } from '../../kernel/move/gather.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { unmovable } from '../lower/move.ts'
import { one } from '../param.ts'
import { refuse, refuseValue } from '../refuse.ts'
import { integersOf } from '../shared/elements.ts'
import { selectElements } from '../shared/movement.ts'
import { indexInts } from '../types.ts'

/**
 * The elements of the last axis of X at the indices Y, in their order. A vector gives a matrix of one row.
 */
export const arrayFeatureExtractor = defineOp({
  name: 'ArrayFeatureExtractor',
  domain: 'ai.onnx.ml',
  since: [1],
  types: { T: [...indexInts, 'float32', 'float64', 'string'] },
  inputs: { X: one('T'), Y: one('int64') },
  outputs: { Z: one('T') },
  attrs: {},
  infer: ({ X, Y }, _attrs, { freshDim }) => {
    if (!X.shape) return { Z: tensorFact(X.dtype, undefined) }
    if (X.shape.length === 0) refuse('X must have at least one axis', 'a scalar')
    const count = Y.shape ? productOfDims(Y.shape) : freshDim('indices')
    return { Z: tensorFact(X.dtype, outputShape<Dim>(X.shape, count)) }
  },
  reference: ({ X, Y }) => {
    const size = X.shape.at(-1)!
    const indices = integersOf(Y)
    const wrong = indices.find((index) => index < 0 || index >= size)
    if (wrong !== undefined) refuseValue(`an index must lie in [0, ${size})`, wrong)
    const count = indices.length
    return {
      Z: selectElements(
        X,
        outputShape(X.shape, count),
        (i) => Math.floor(i / count) * size + indices[i % count]!,
      ),
    }
  },
  gradient: none('classic models are not trained by gradients'),
  lower: {
    kind: 'kernel',
    emit: ({ X, Y }, { Z }, _attrs, context) => {
      const bytes = elementBytes(X.dtype)
      if (!bytes) return unmovable(X)
      gatherBlocks(context, {
        data: X.at,
        indices: Y.at,
        indexType: 'int64',
        to: Z.at,
        outer: elementCount(X.shape.slice(0, -1)),
        count: elementCount(Y.shape),
        size: X.shape.at(-1)!,
        blockBytes: bytes,
        fromEnd: false,
      })
      return undefined
    },
  },
})

function outputShape<D>(shape: readonly D[], count: D): (D | 1)[] {
  return shape.length === 1 ? [1, count] : [...shape.slice(0, -1), count]
}
