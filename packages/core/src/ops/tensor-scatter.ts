import { type Dim, dimText } from '../base/dim.ts'
import { elementCount, normalizeAxis } from '../base/shape.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact } from './fact.ts'
import { emitCacheWrite } from './lower/scatter.ts'
import { maybe, one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { integersOf } from './shared/elements.ts'
import { scatterBlocks } from './shared/scatter.ts'
import { tensorsIr12 } from './types.ts'

/**
 * A key or value cache with an update written along the sequence axis, for each sample of the batch from its
 * own write index on. In circular mode the writing goes on at the start of the axis.
 */
export const tensorScatter = defineOp({
  name: 'TensorScatter',
  since: [24],
  types: { T: tensorsIr12 },
  inputs: { past_cache: one('T'), update: one('T'), write_indices: maybe('int64') },
  outputs: { present_cache: one('T') },
  attrs: { axis: attr.int(-2), mode: attr.oneOf(['linear', 'circular'], 'linear') },
  traits: ['inplace'],
  infer: ({ past_cache, update, write_indices }, { axis }) => {
    const { dtype, shape } = past_cache
    if (shape) checkShapes(shape, update, write_indices, sequenceAxis(axis, shape.length))
    return { present_cache: tensorFact(dtype, shape) }
  },
  reference: ({ past_cache, update, write_indices }, attrs) => {
    const { shape } = past_cache
    const axis = sequenceAxis(attrs.axis, shape.length)
    const [most, length] = [shape[axis]!, update.shape[axis]!]
    const starts = write_indices && integersOf(write_indices)
    const block = elementCount(shape.slice(axis + 1))
    const rows = elementCount(shape.slice(0, axis))
    const positions = Float64Array.from({ length: rows * length }, (_, i) => {
      const row = Math.floor(i / length)
      const at = (starts?.[Math.floor((row * shape[0]!) / rows)] ?? 0) + (i % length)
      const place = attrs.mode === 'circular' ? ((at % most) + most) % most : at
      if (place < 0 || place >= most) refuseValue(`writing must stay in [0, ${most - 1}]`, place)
      return (row * most + place) * block
    })
    return { present_cache: scatterBlocks(past_cache, positions, update, block, 'none') }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ past_cache, update, write_indices }, { present_cache }, { axis, mode }, context) =>
      emitCacheWrite(
        { cache: past_cache, update, starts: write_indices },
        present_cache,
        { axis: sequenceAxis(axis, past_cache.shape.length), isCircular: mode === 'circular' },
        context,
      ),
  },
})

function sequenceAxis(axis: number, rank: number): number {
  const at = normalizeAxis(axis, rank)
  if (at === 0) refuse('axis must not be the batch axis 0', axis)
  return at
}

function checkShapes(
  cache: readonly Dim[],
  update: TensorFact,
  starts: TensorFact | undefined,
  axis: number,
): void {
  const wrong = update.shape?.some((size, i) => {
    const most = cache[i]
    if (typeof size !== 'number' || typeof most !== 'number') return false
    return i === axis ? size > most : size !== most
  })
  if (update.shape && (wrong || update.shape.length !== cache.length)) {
    const text = cache.map(dimText)
    refuse(`update must have the shape [${text}], or be shorter on axis ${axis}`, update.shape.map(dimText))
  }
  const count = starts?.shape?.[0]
  const batch = cache[0]
  if (typeof count === 'number' && typeof batch === 'number' && count !== batch) {
    refuse(`write_indices must have ${batch} elements`, count)
  }
}
