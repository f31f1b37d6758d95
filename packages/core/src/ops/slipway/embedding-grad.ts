import { type Dim, dimsEqual, dimText } from '../../base/dim.ts'
import { dtypeInfo } from '../../base/dtype.ts'
import { elementCount } from '../../base/shape.ts'
import { wideZeros } from '../../base/wide.ts'
import { defineOp } from '../define.ts'
import { tensorFact, valuesOf } from '../fact.ts'
import { emitEmbeddingGrad } from '../lower/embedding-grad.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { integersOf } from '../shared/elements.ts'
import { normalizeIndex } from '../shared/indices.ts'
import { requireScalar } from '../shared/require.ts'
import { scatterBlocks } from '../shared/scatter.ts'
import { ieeeFloats, indexInts } from '../types.ts'

/**
 * The gradient of Gather along axis 0: so many rows of zeros, to which the slices of `gradient`, one for each index,
 * are added where the indices lead. They are added in the order of the indices, so that sums come out the same in
 * every run. Negative indices count from the end.
 */
export const embeddingGrad = defineOp({
  name: 'EmbeddingGrad',
  domain: 'ai.slipway',
  since: [1],
  types: { T: ieeeFloats, Tind: indexInts },
  inputs: { indices: one('Tind'), gradient: one('T'), rows: one('int64') },
  outputs: { output: one('T') },
  attrs: {},
  infer: ({ indices, gradient, rows }, _attrs, { freshDim }) => {
    requireScalar('rows', rows)
    const row = indices.shape && gradient.shape && rowShape(indices.shape, gradient.shape)
    const size = valuesOf(rows)?.[0] ?? freshDim('rows')
    if (typeof size === 'number' && size < 0) refuse('rows must not be negative', size)
    return { output: tensorFact(gradient.dtype, row && [size, ...row]) }
  },
  reference: ({ indices, gradient, rows }, _attrs, { checkElements }) => {
    const shape = [integersOf(rows)[0]!, ...gradient.shape.slice(indices.shape.length)]
    checkElements(elementCount(shape))
    const block = elementCount(shape.slice(1))
    const list = integersOf(indices).map((index) => normalizeIndex(index, shape[0]!) * block)
    const zeros = wideZeros(gradient.dtype, shape)
    return { output: scatterBlocks(zeros, Float64Array.from(list), gradient, block, 'add') }
  },
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    emit: ({ indices, gradient }, { output }, _attrs, context) =>
      emitEmbeddingGrad(indices, gradient, output, context),
    build: (b, { indices, gradient, rows }, _attrs, { inputs }) => {
      const rank = inputs.indices.shape?.length
      if (rank === undefined) return undefined
      const row = b.node('Shape', [gradient], { start: rank })
      const shape = b.node('Concat', [b.node('Reshape', [rows, b.literal('int64', [1])]), row], { axis: 0 })
      const zeros = b.node('Expand', [b.literal(inputs.gradient.dtype, 0), shape])
      const long = b.node('Cast', [indices], { to: dtypeInfo('int64').code })
      const tuples = b.node('Unsqueeze', [long, b.literal('int64', [-1])])
      return { output: b.node('ScatterND', [zeros, tuples, gradient], { reduction: 'add' }) }
    },
  },
})

/** The axes of `gradient` behind those of `indices`. Throws SLP-O2. */
function rowShape(indices: readonly Dim[], gradient: readonly Dim[]): readonly Dim[] {
  const differs = indices.some((size, axis) => {
    const own = gradient[axis]
    return own === undefined || (typeof own === 'number' && typeof size === 'number' && !dimsEqual(own, size))
  })
  if (differs) refuse('the shape of gradient must begin with that of indices', `[${gradient.map(dimText)}]`)
  return gradient.slice(indices.length)
}
