import type { Dim } from '../base/dim.ts'
import { elementCount } from '../base/shape.ts'
import { attr } from './attr.ts'
import { defineOp, type InferContext } from './define.ts'
import { numbersOf, type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { normalizeAxes } from './shared/axes.ts'
import { integersOf } from './shared/elements.ts'
import { pickAlongAxes, wholeAxis } from './shared/pick.ts'
import { listLength } from './shared/require.ts'
import { indexInts, tensorsIr4 } from './types.ts'

/**
 * Brings the axes to the given sizes by cutting off, or adding zeros, on both sides. What is odd is cut, or
 * added, at the end.
 */
export const centerCropPad = defineOp({
  name: 'CenterCropPad',
  since: [18],
  types: { T: tensorsIr4, Tind: indexInts },
  inputs: { input_data: one('T'), shape: one('Tind') },
  outputs: { output_data: one('T') },
  attrs: { axes: attr.optional.ints() },
  infer: ({ input_data, shape }, { axes }, context) => ({
    output_data: tensorFact(input_data.dtype, inferShape(input_data.shape, shape, axes, context)),
  }),
  reference: ({ input_data, shape }, { axes }, { checkElements }) => {
    const sizes = targetSizes(input_data.shape, integersOf(shape), axes)
    checkElements(elementCount(sizes))
    const picks = input_data.shape.map((size, axis) => {
      const before = padBefore(size, sizes[axis]!)
      return Array.from({ length: sizes[axis]! }, (_, i) =>
        i - before < size ? Math.max(i - before, -1) : -1,
      )
    })
    return { output_data: pickAlongAxes(input_data, picks) }
  },
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build: (b, { input_data }, { axes }, { inputs }) => {
      const own = inputs.input_data.shape
      const wanted = numbersOf(inputs.shape)
      if (!wanted || !own?.every((size) => typeof size === 'number')) return undefined
      const sizes = targetSizes(own, wanted, axes)
      const before = own.map((size, axis) => padBefore(size, sizes[axis]!))
      const after = own.map((size, axis) => sizes[axis]! - size - before[axis]!)
      return { output_data: b.node('Pad', [input_data, b.literal('int64', [...before, ...after])]) }
    },
  },
})

/** Elements added in front; negative where some are cut off. */
function padBefore(size: number, target: number): number {
  return target >= size ? Math.floor((target - size) / 2) : -Math.floor((size - target) / 2)
}

/** The shape with the wanted sizes put in. Throws SLP-O2. */
function targetSizes<D extends Dim>(
  shape: readonly D[],
  wanted: readonly D[],
  axes: readonly number[] = wholeAxis(shape.length),
): readonly D[] {
  const list = normalizeAxes(axes, shape.length)
  if (wanted.length !== list.length) refuse(`shape must have ${list.length} elements`, wanted.length)
  if (wanted.some((size) => typeof size === 'number' && size < 0)) {
    refuse('sizes must not be negative', wanted)
  }
  return shape.map((size, axis) => {
    const at = list.indexOf(axis)
    return at < 0 ? size : wanted[at]!
  })
}

function inferShape(
  own: readonly Dim[] | undefined,
  shape: TensorFact,
  axes: readonly number[] | undefined,
  { freshDim }: InferContext,
): readonly Dim[] | undefined {
  const count = listLength('shape', shape)
  // Without axes there is one size per axis, so that the sizes alone tell the shape.
  const rank = own?.length ?? (axes ? undefined : count)
  if (rank === undefined) return undefined
  const listed = axes?.length ?? rank
  const wanted: readonly Dim[] = valuesOf(shape) ?? Array.from({ length: listed }, () => freshDim('size'))
  return targetSizes<Dim>(own ?? wanted, wanted, axes)
}
