import { type Dim, productOfDims } from '../base/dim.ts'
import { elementCount } from '../base/shape.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { emitWhole } from './lower/move.ts'
import { wholeOffsets } from './lower/parts.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { withShape } from './shared/movement.ts'
import { tensorsIr13 } from './types.ts'

/** A matrix of the same elements: the axes before `axis` become the rows, the others the columns. */
export const flatten = defineOp({
  name: 'Flatten',
  since: [1, 9, 11, 13, 21, 23, 24, 25],
  types: { T: tensorsIr13 },
  inputs: { input: one('T') },
  outputs: { output: one('T') },
  attrs: { axis: attr.int(1) },
  traits: ['inplace'],
  infer: ({ input: { dtype, shape } }, { axis }, { freshDim }) => {
    const at = shape && splitAt(axis, shape.length)
    const sizes: readonly Dim[] = shape
      ? [productOfDims(shape.slice(0, at)), productOfDims(shape.slice(at))]
      : [freshDim('rows'), freshDim('columns')]
    return { output: tensorFact(dtype, sizes) }
  },
  reference: ({ input }, { axis }) => {
    const at = splitAt(axis, input.shape.length)
    const sizes = [elementCount(input.shape.slice(0, at)), elementCount(input.shape.slice(at))]
    return { output: withShape(input, sizes) }
  },
  gradient: 'rule',
  lower: {
    kind: 'view',
    offsets: wholeOffsets,
    emit: ({ input }, { output }, _attrs, context) => emitWhole(input, output, context),
  },
})

/** Unlike other axes this one may equal the rank. */
function splitAt(axis: number, rank: number): number {
  if (axis < -rank || axis > rank) refuse(`axis must lie in [${-rank}, ${rank}]`, axis)
  return axis < 0 ? axis + rank : axis
}
