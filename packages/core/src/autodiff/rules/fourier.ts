/** Gradients of Fourier transforms: each is linear, and the transform in the other direction, scaled, takes it back. */
import { tensor } from '../../base/tensor.ts'
import { dft } from '../../ops/signal/dft.ts'
import { stft } from '../../ops/signal/stft.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import { knownIntegers, knownSize } from '../known.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'
import { ungather } from './indexing.ts'

interface Transformed {
  readonly axis: number
  readonly length: number
  readonly inverse: boolean
  readonly onesided: boolean
  /** The size of the input along the axis, and of its last axis: real, or real and imaginary parts. */
  readonly size: number
  readonly parts: number
}

// With F = (exp(-2πi jk/N)), y = F x has the gradient Fᴴ g, N times the inverse transform; y = Fᴴ x / N has F g / N.
// Half of a spectrum is a whole one with zeros behind. From half of one, each bin but the first, and the one in the
// middle of an even length, counts twice, for its mirror image.
function transformedBack(b: TypedBuilder, m: Maths, gradient: string, plan: Transformed): string {
  const { axis, length, inverse, onesided, size, parts } = plan
  const place = [b.literal('int64', length), b.literal('int64', axis)]
  const transform = (x: string, attrs: Readonly<Record<string, number>>) =>
    b.node('DFT', [x, ...place], attrs)
  if (!inverse) {
    const whole = m.mul(transform(gradient, { inverse: 1 }), length)
    return fitted(b, m, onlyReal(b, m, whole, parts), axis, size)
  }
  if (!onesided) {
    const whole = m.div(transform(gradient, {}), length)
    return fitted(b, m, onlyReal(b, m, whole, parts), axis, size)
  }
  const bins = Array.from({ length: Math.floor(length / 2) + 1 }, (_, k) =>
    k === 0 || 2 * k === length ? 1 / length : 2 / length,
  )
  const behind = Array.from({ length: b.shape(gradient).length - 1 - axis }, (_, i) => i + 1)
  const weights = m.unsqueeze(b.literal(b.dtype(gradient), bins), behind)
  return fitted(b, m, m.mul(transform(gradient, { onesided: 1 }), weights), axis, size)
}

function onlyReal(b: TypedBuilder, m: Maths, x: string, parts: number): string {
  return parts === 2 ? x : b.node('Slice', [x, m.ints([0]), m.ints([1]), m.ints([-1])])
}

/** What was cut off has the gradient 0; what was padded has none. */
function fitted(b: TypedBuilder, m: Maths, x: string, axis: number, size: number): string {
  const own = knownSize(b, 'DFT', x, axis)
  return own === size ? x : b.node('Pad', [x, m.ints([0, size - own]), undefined, m.ints([axis])])
}

export const dftGradient = defineGradient(
  dft,
  ({ b, m, inputs: { input, dft_length, axis: given }, attrs, gradients: { output } }) => {
    const rank = b.shape(input).length
    const [inverse, onesided] = [attrs.inverse !== 0, attrs.onesided !== 0]
    const at = given === undefined ? -2 : knownIntegers(b, given)[0]!
    const axis = at < 0 ? at + rank : at
    const size = knownSize(b, 'DFT', input, axis)
    const length = dft_length ? knownIntegers(b, dft_length)[0]! : inverse && onesided ? 2 * (size - 1) : size
    const parts = knownSize(b, 'DFT', input, -1)
    return { input: transformedBack(b, m, output, { axis, length, inverse, onesided, size, parts }) }
  },
)

/** Frames are parts of the signal that overlap, weighed by the window: each adds to the samples that it was cut from. */
export const stftGradient = defineGradient(stft, ({ b, m, inputs, attrs, gradients: { output }, wants }) => {
  const { signal, frame_step, window, frame_length } = inputs
  const samples = knownSize(b, 'STFT', signal, 1)
  const length = frame_length
    ? knownIntegers(b, frame_length)[0]!
    : window
      ? knownSize(b, 'STFT', window, 0)
      : samples
  const whole = b.shape(signal).length === 3 ? signal : m.unsqueeze(signal, [2])
  const parts = knownSize(b, 'STFT', whole, 2)
  const plan = { axis: 2, length, inverse: false, onesided: attrs.onesided !== 0, size: length, parts }
  const frames = transformedBack(b, m, output, plan)
  const indices = framesOf(b, samples, length, knownIntegers(b, frame_step)[0]!)
  const weighted = window ? m.mul(frames, m.unsqueeze(window, [1])) : frames
  const cut = () => b.node('Gather', [whole, indices], { axis: 1 })
  return {
    signal: m.reshapeLike(ungather(b, m, { data: whole, indices, axis: 1, gradient: weighted }), signal),
    window: window && wants('window') ? m.sum(m.mul(frames, cut()), [0, 1, 3], false) : undefined,
  }
})

/** Which sample stands where in each frame. */
function framesOf(b: TypedBuilder, samples: number, length: number, step: number): string {
  const count = Math.floor((samples - length) / step) + 1
  const places = Array.from(
    { length: count * length },
    (_, i) => Math.floor(i / length) * step + (i % length),
  )
  return b.constant(tensor('int64', [count, length], BigInt64Array.from(places, BigInt)))
}
