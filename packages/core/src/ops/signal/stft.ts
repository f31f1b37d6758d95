import { addDims, type Dim, dimText, floorDivDims, subDims } from '../../base/dim.ts'
import { type WideTensor, wideZeros } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, type InferContext } from '../define.ts'
import { type TensorFact, tensorFact, valuesOf } from '../fact.ts'
import { lowerStft } from '../lower/fourier.ts'
import { maybe, one } from '../param.ts'
import { refuse, refuseValue } from '../refuse.ts'
import { floatsOf, scalarIn } from '../shared/elements.ts'
import { fourier } from '../shared/math/fft.ts'
import { requireRank, requireScalar, requireSize } from '../shared/require.ts'
import { floats, indexInts } from '../types.ts'

/**
 * The Fourier transforms of the frames of frame_length samples that start every frame_step samples, each
 * multiplied by the window. The signal is [batch, samples, parts], or [batch, samples] for a real one; the
 * output is [batch, frames, bins, 2]; onesided keeps the first half of the bins.
 */
export const stft = defineOp({
  name: 'STFT',
  since: [17],
  types: { T1: floats, T2: indexInts },
  inputs: { signal: one('T1'), frame_step: one('T2'), window: maybe('T1'), frame_length: maybe('T2') },
  outputs: { output: one('T1') },
  attrs: { onesided: attr.int(1) },
  infer: ({ signal, frame_step, window, frame_length }, { onesided }, context) => {
    checkRank(signal)
    requireRank('window', window, 1)
    requireScalar('frame_step', frame_step)
    requireScalar('frame_length', frame_length)
    const parts = signal.shape?.[2]
    if (typeof parts === 'number' && parts !== 1 && parts !== 2) {
      refuse('the last axis of signal must hold 1 or 2 parts', parts)
    }
    if (onesided && parts === 2) refuse('onesided needs a real signal, with 1 part', parts)
    const length = frameLength(signal, window, frame_length, context)
    const bins = onesided ? addDims(floorDivDims(length, 2), 1) : length
    const frames = frameCount(signal.shape?.[1], length, valuesOf(frame_step)?.[0], context)
    const batch = signal.shape?.[0] ?? context.freshDim('batch')
    return { output: tensorFact(signal.dtype, [batch, frames, bins, 2]) }
  },
  reference: ({ signal, frame_step, window, frame_length }, { onesided }, { checkElements }) => {
    const samples = signal.shape[1]!
    const length = frame_length ? scalarIn('frame_length', frame_length) : (window?.shape[0] ?? samples)
    const step = scalarIn('frame_step', frame_step)
    if (length < 1 || length > samples) {
      refuseValue(`frame_length must lie in [1, ${samples}], the samples`, length)
    }
    if (window && window.data.length !== length) {
      refuseValue(`window must have frame_length elements, ${length}`, window.data.length)
    }
    if (step < 1) refuseValue('frame_step must be at least 1', step)
    const frames = Math.floor((samples - length) / step) + 1
    const bins = onesided ? Math.floor(length / 2) + 1 : length
    const shape = [signal.shape[0]!, frames, bins, 2] as const
    checkElements(shape[0] * frames * bins * 2)
    return { output: transformFrames(signal, window, { shape, length, step }) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: (inputs, { output }, _attrs, context) => lowerStft({ ...inputs, output }, context),
  },
})

function checkRank({ shape }: TensorFact): void {
  if (shape && shape.length !== 2 && shape.length !== 3) {
    refuse('signal must have rank 3, or 2 for a real signal', `[${shape.map(dimText)}]`)
  }
}

function frameLength(
  signal: TensorFact,
  window: TensorFact | undefined,
  given: TensorFact | undefined,
  { freshDim }: InferContext,
): Dim {
  const size = window?.shape?.[0]
  if (given) {
    const length = valuesOf(given)?.[0]
    requireSize('the size of window', size, length)
    return length ?? size ?? freshDim('frame')
  }
  if (window) return size ?? freshDim('frame')
  return signal.shape?.[1] ?? freshDim('frame')
}

function frameCount(
  samples: Dim | undefined,
  length: Dim,
  step: Dim | undefined,
  { freshDim }: InferContext,
): Dim {
  if (typeof step === 'number' && step < 1) refuse('frame_step must be at least 1', step)
  if (samples === undefined || step === undefined) return freshDim('frames')
  const rest = subDims(samples, length)
  if (typeof rest === 'number' && rest < 0) {
    refuse(`frame_length must be ${dimText(samples)} at most, the samples`, dimText(length))
  }
  return addDims(floorDivDims(rest, step), 1)
}

interface Frames {
  /** Batch, frames, bins, parts. */
  readonly shape: readonly [number, number, number, 2]
  readonly length: number
  readonly step: number
}

function transformFrames(
  signal: WideTensor,
  window: WideTensor | undefined,
  { shape, length, step }: Frames,
): WideTensor {
  const [batch, frames, bins] = shape
  const [samples, parts] = [signal.shape[1]!, signal.shape[2] ?? 1]
  const data = floatsOf(signal)
  const weights = window ? floatsOf(window) : new Float64Array(length).fill(1)
  const output = wideZeros(signal.dtype, shape)
  const out = floatsOf(output)
  const run = fourier(length)
  const [re, im] = [new Float64Array(length), new Float64Array(length)]
  for (let f = 0; f < batch * frames; f++) {
    const start = Math.floor(f / frames) * samples + (f % frames) * step
    for (let i = 0; i < length; i++) {
      re[i] = data[(start + i) * parts]! * weights[i]!
      im[i] = parts === 2 ? data[(start + i) * parts + 1]! * weights[i]! : 0
    }
    run(re, im)
    for (let bin = 0; bin < bins; bin++) {
      out[(f * bins + bin) * 2] = re[bin]!
      out[(f * bins + bin) * 2 + 1] = im[bin]!
    }
  }
  return output
}
