/** Gradients of operators that arrange elements anew: each is undone by another one. */
import { concat } from '../../ops/concat.ts'
import { expand } from '../../ops/expand.ts'
import { flatten } from '../../ops/flatten.ts'
import { pad } from '../../ops/pad.ts'
import { reshape } from '../../ops/reshape.ts'
import { sliceBounds } from '../../ops/shared/slice-bounds.ts'
import { slice } from '../../ops/slice.ts'
import { split } from '../../ops/split.ts'
import { squeeze } from '../../ops/squeeze.ts'
import { tile } from '../../ops/tile.ts'
import { transpose } from '../../ops/transpose.ts'
import { trilu } from '../../ops/trilu.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import { unsqueeze } from '../../ops/unsqueeze.ts'
import { knownIntegers, knownSize } from '../known.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'

export const reshapeGradient = defineGradient(
  reshape,
  ({ m, inputs: { data }, gradients: { reshaped } }) => ({
    data: m.reshapeLike(reshaped, data),
  }),
)

export const flattenGradient = defineGradient(flatten, ({ m, inputs: { input }, gradients: { output } }) => ({
  input: m.reshapeLike(output, input),
}))

export const squeezeGradient = defineGradient(
  squeeze,
  ({ m, inputs: { data }, gradients: { squeezed } }) => ({
    data: m.reshapeLike(squeezed, data),
  }),
)

export const unsqueezeGradient = defineGradient(
  unsqueeze,
  ({ m, inputs: { data }, gradients: { expanded } }) => ({
    data: m.reshapeLike(expanded, data),
  }),
)

/** Summed where it is used. */
export const expandGradient = defineGradient(expand, ({ gradients: { output } }) => ({ input: output }))

export const transposeGradient = defineGradient(
  transpose,
  ({ b, m, inputs: { data }, attrs, gradients: { transposed } }) => {
    const rank = b.shape(data).length
    const perm = attrs.perm ?? Array.from({ length: rank }, (_, axis) => rank - 1 - axis)
    return {
      data: m.transpose(
        transposed,
        perm.map((_, axis) => perm.indexOf(axis)),
      ),
    }
  },
)

export const concatGradient = defineGradient(
  concat,
  ({ b, m, inputs: { inputs }, attrs: { axis }, gradients }) => {
    const sizes = inputs.map((name) => b.shape(name).at(axis)!)
    const known = sizes.every((size) => typeof size === 'number')
    const lengths = known
      ? m.ints(sizes)
      : b.node(
          'Concat',
          inputs.map((name) => sizeOf(b, m, name, axis)),
          { axis: 0 },
        )
    if (inputs.length === 1) return { inputs: [gradients.concat_result] }
    return {
      inputs: b.nodes('Split', [gradients.concat_result, lengths], { axis }, { outputs: inputs.length }),
    }
  },
)

export const splitGradient = defineGradient(split, ({ b, m, outputs, gradients, attrs: { axis } }) => {
  const parts = outputs.outputs.map(
    (name, i) => gradients.outputs[i] ?? (name === undefined ? undefined : m.fullLike(name, 0)),
  )
  const whole = parts.filter((part) => part !== undefined)
  return { input: b.node('Concat', whole, { axis }) }
})

/** Zeros where nothing was taken. */
export const sliceGradient = defineGradient(
  slice,
  ({ b, m, inputs: { data, starts, ends, axes, steps }, gradients: { output } }) => {
    const [from, to] = [knownIntegers(b, starts), knownIntegers(b, ends)]
    const along = axes === undefined ? from.map((_, axis) => axis) : knownIntegers(b, axes)
    const strides = steps === undefined ? from.map(() => 1) : knownIntegers(b, steps)
    const rank = b.shape(data).length
    let gradient = output
    const pads = Array.from({ length: 2 * rank }, () => 0)
    along.forEach((given, i) => {
      const axis = given < 0 ? given + rank : given
      const size = knownSize(b, 'Slice', data, axis)
      const bounds = sliceBounds(size, from[i]!, to[i]!, strides[i]!)
      const { first, count } = bounds as { first: number; count: number } // numbers in, numbers out
      const step = Math.abs(strides[i]!)
      if (strides[i]! < 0) gradient = reversed(b, m, gradient, axis)
      if (step > 1) gradient = dilated(b, m, gradient, axis, step)
      const span = count === 0 ? 0 : (count - 1) * step + 1
      pads[axis] = count === 0 ? 0 : strides[i]! < 0 ? first - span + 1 : first
      pads[axis + rank] = size - pads[axis]! - span
    })
    return { data: pads.every((one) => one === 0) ? gradient : b.node('Pad', [gradient, m.ints(pads)]) }
  },
)

/** Elements in reverse order along an axis. */
function reversed(b: TypedBuilder, m: Maths, x: string, axis: number): string {
  return b.node('Slice', [x, m.ints([-1]), m.ints([Number.MIN_SAFE_INTEGER]), m.ints([axis]), m.ints([-1])])
}

/** Zeros between elements, so that they stand `step` apart. */
function dilated(b: TypedBuilder, m: Maths, x: string, axis: number, step: number): string {
  const shape = [...b.shape(x)] as number[] // slicing asked for known sizes
  const pads = Array.from({ length: 2 * (shape.length + 1) }, () => 0)
  pads[axis + 1 + shape.length + 1] = step - 1
  const spread = b.node('Pad', [m.unsqueeze(x, [axis + 1]), m.ints(pads)])
  const count = shape[axis]!
  const merged = m.reshape(
    spread,
    shape.map((size, i) => (i === axis ? size * step : size)),
  )
  if (count === 0) return x
  return b.node('Slice', [merged, m.ints([0]), m.ints([(count - 1) * step + 1]), m.ints([axis])])
}

/** Elements that were repeated or mirrored sum theirs; the constant gets what lies in the padding. */
export const padGradient = defineGradient(
  pad,
  ({ b, m, inputs, attrs: { mode }, gradients: { output }, wants }) => {
    const { data, pads, constant_value: constant, axes } = inputs
    const shape = b.shape(data)
    const along =
      axes === undefined
        ? shape.map((_, axis) => axis)
        : knownIntegers(b, axes).map((axis) => (axis < 0 ? axis + shape.length : axis))
    const amounts = knownIntegers(b, pads)
    const around = along.map((axis, i) => ({ axis, before: amounts[i]!, after: amounts[i + along.length]! }))
    if (mode !== 'constant')
      return { data: around.reduce((gradient, one) => folded(b, m, gradient, data, mode, one), output) }
    const back = Array.from({ length: 2 * shape.length }, () => 0)
    for (const { axis, before, after } of around) {
      back[axis] = -before
      back[axis + shape.length] = -after
    }
    const inner = b.node('Pad', [output, m.ints(back)])
    const rest = () => m.sub(m.sum(output, undefined, false), m.sum(inner, undefined, false))
    return {
      data: inner,
      constant_value:
        constant !== undefined && wants('constant_value') ? m.reshapeLike(rest(), constant) : undefined,
    }
  },
)

interface Around {
  readonly axis: number
  readonly before: number
  readonly after: number
}

/** Adds what stands in the padding of one axis to the elements that it was copied from. */
function folded(
  b: TypedBuilder,
  m: Maths,
  gradient: string,
  data: string,
  mode: string,
  { axis, before, after }: Around,
): string {
  if (before === 0 && after === 0) return gradient
  const size = knownSize(b, 'Pad', data, axis)
  // Which element each position was copied from: padding the numbers 0, 1, 2 … tells.
  const positions = b.node(
    'Pad',
    [m.ints(Array.from({ length: size }, (_, i) => i)), m.ints([before, after])],
    { mode },
  )
  const rank = b.shape(gradient).length
  const shape = b.shape(gradient).map((one, i) => (i === axis ? size : one)) as number[] // checked where it matters
  const wide = Array.from({ length: rank }, (_, i) => i).filter((i) => i !== axis)
  const indices = m.expandLike(m.unsqueeze(positions, wide), gradient)
  const zeros = b.node('Expand', [b.literal(b.dtype(gradient), 0), m.ints(shape)])
  return b.node('ScatterElements', [zeros, indices, gradient], { axis, reduction: 'add' })
}

/** Each copy adds its own: the repeats become axes, which are summed. */
export const tileGradient = defineGradient(
  tile,
  ({ b, m, inputs: { input, repeats }, gradients: { output } }) => {
    const shape = b.shape(input)
    const times = knownIntegers(b, repeats)
    const sizes = shape.flatMap((_, axis) => [times[axis]!, knownSize(b, 'Tile', input, axis)])
    return {
      input: m.sum(
        m.reshape(output, sizes),
        shape.map((_, axis) => 2 * axis),
        false,
      ),
    }
  },
)

export const triluGradient = defineGradient(
  trilu,
  ({ b, inputs: { k }, attrs: { upper }, gradients: { output } }) => ({
    input: b.node('Trilu', [output, k], { upper }),
  }),
)

function sizeOf(b: TypedBuilder, m: Maths, name: string, axis: number): string {
  return b.node('Gather', [b.node('Shape', [name]), m.ints([axis])])
}

/** The elements of a value that is known while differentiating. Throws SLP-A1 where it is not. */
