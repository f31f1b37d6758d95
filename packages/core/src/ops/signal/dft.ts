import { addDims, type Dim, dimText, floorDivDims, mulDims, subDims } from '../../base/dim.ts'
import type { Shape } from '../../base/shape.ts'
import { type WideTensor, wideZeros } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, type InferContext } from '../define.ts'
import { scalarOf, type TensorFact, tensorFact, valuesOf } from '../fact.ts'
import { lowerDft } from '../lower/fourier.ts'
import { maybe, one } from '../param.ts'
import { refuse, refuseValue } from '../refuse.ts'
import { floatsOf, scalarIn } from '../shared/elements.ts'
import { fourier } from '../shared/math/fft.ts'
import { linesOf } from '../shared/offsets.ts'
import { requireScalar } from '../shared/require.ts'
import { floats, indexInts } from '../types.ts'

/**
 * The discrete Fourier transform along one axis of numbers whose last axis holds the real part, or real and
 * imaginary part. The signal is cut or padded with zeros to dft_length. onesided keeps the first half of the
 * spectrum of a real signal; with inverse it gives the real signal back from that half.
 */
export const dft = defineOp({
  name: 'DFT',
  since: [17, 20],
  types: { T1: floats, T2: indexInts },
  inputs: { input: one('T1'), dft_length: maybe('T2'), axis: maybe('int64') },
  outputs: { output: one('T1') },
  attrs: { inverse: attr.int(0), onesided: attr.int(0) },
  infer: ({ input, dft_length, axis }, attrs, context) => {
    requireScalar('dft_length', dft_length)
    requireScalar('axis', axis)
    return { output: tensorFact(input.dtype, outputShape(input, dft_length, axis, attrs, context)) }
  },
  reference: ({ input, dft_length, axis }, { inverse, onesided }, { checkElements }) => {
    const at = signalAxis(axis ? scalarIn('axis', axis) : -2, input.shape.length)
    const size = input.shape[at]!
    const back = inverse !== 0 && onesided !== 0
    const length = dft_length ? scalarIn('dft_length', dft_length) : back ? 2 * (size - 1) : size
    if (length < 1) refuseValue('dft_length must be at least 1', length)
    const plan = { at, length, inverse: inverse !== 0, onesided: onesided !== 0 }
    const shape = input.shape.with(at, keptSize(plan)).with(-1, back ? 1 : 2)
    checkElements(shape.reduce((product, one) => product * one, 1))
    return { output: transform(input, shape, plan) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: (inputs, { output }, attrs, context) => lowerDft({ ...inputs, output }, attrs, context),
  },
})

interface DftPlan {
  readonly at: number
  readonly length: number
  readonly inverse: boolean
  readonly onesided: boolean
}

/** The last axis holds the parts of a number and cannot be transformed. */
function signalAxis(axis: number, rank: number): number {
  const at = axis < 0 ? axis + rank : axis
  if (!Number.isInteger(at) || at < 0 || at > rank - 2) {
    refuse(`axis must lie in [${-rank}, -2] or [0, ${rank - 2}]`, axis)
  }
  return at
}

const keptSize = ({ length, inverse, onesided }: DftPlan): number =>
  onesided && !inverse ? Math.floor(length / 2) + 1 : length

function outputShape(
  { shape }: TensorFact,
  dftLength: TensorFact | undefined,
  axis: TensorFact | undefined,
  { inverse, onesided }: { readonly inverse: number; readonly onesided: number },
  { freshDim }: InferContext,
): readonly Dim[] | undefined {
  if (!shape) return undefined
  checkParts(shape, inverse !== 0, onesided !== 0)
  const parts = inverse && onesided ? 1 : 2
  const known = axis ? scalarOf(axis) : -2
  if (known === undefined) {
    const same = !dftLength && !onesided
    return [...shape.slice(0, -1).map((size) => (same ? size : freshDim('dft'))), parts]
  }
  const at = signalAxis(known, shape.length)
  const whole = inverse && onesided ? mulDims(2, subDims(shape[at]!, 1)) : shape[at]!
  const length = dftLength ? (valuesOf(dftLength)?.[0] ?? freshDim('dft')) : whole
  const kept = onesided && !inverse ? addDims(floorDivDims(length, 2), 1) : length
  return shape.with(at, kept).with(-1, parts)
}

function checkParts(shape: readonly Dim[], inverse: boolean, onesided: boolean): void {
  const parts = shape.at(-1)
  if (shape.length < 2) refuse('input must have rank 2 at least', `[${shape.map(dimText)}]`)
  if (typeof parts !== 'number') return
  if (parts !== 1 && parts !== 2) refuse('the last axis must hold 1 or 2 parts', parts)
  if (onesided && !inverse && parts === 2) refuse('onesided needs a real signal, with 1 part', parts)
}

function transform(input: WideTensor, shape: Shape, { at, length, inverse, onesided }: DftPlan): WideTensor {
  const data = floatsOf(input)
  const output = wideZeros(input.dtype, shape)
  const parts = input.shape.at(-1)!
  const outParts = shape.at(-1)!
  const source = linesOf(input.shape.slice(0, -1), at)
  const target = linesOf(shape.slice(0, -1), at)
  const run = fourier(length)
  const [re, im] = [new Float64Array(length), new Float64Array(length)]
  const half = inverse && onesided
  const given = Math.min(source.size, half ? Math.floor(length / 2) + 1 : length)
  for (let line = 0; line < source.count; line++) {
    re.fill(0)
    im.fill(0)
    for (let i = 0; i < given; i++) {
      const from = (source.start(line) + i * source.step) * parts
      re[i] = data[from]!
      im[i] = parts === 2 ? data[from + 1]! : 0
    }
    if (half) mirror(re, im)
    run(re, im, inverse)
    for (let i = 0; i < target.size; i++) {
      const to = (target.start(line) + i * target.step) * outParts
      output.data[to] = inverse ? re[i]! / length : re[i]!
      if (outParts === 2) output.data[to + 1] = inverse ? im[i]! / length : im[i]!
    }
  }
  return output
}

/** The spectrum of a real signal is conjugate symmetric: X[n-k] = conj(X[k]). */
function mirror(re: Float64Array, im: Float64Array): void {
  const n = re.length
  for (let k = 1; k < n - k; k++) {
    re[n - k] = re[k]!
    im[n - k] = -im[k]!
  }
}
