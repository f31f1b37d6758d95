/** Lowers DFT and STFT. */
import { elementCount } from '../../base/shape.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { type FourierForm, fourier, fourierScratch } from '../../kernel/nn/fourier.ts'

/** Multiply-adds of a transform of four lines, and bytes of its scratch memory, beyond which others do better. */
const [mostWork, mostScratch] = [3e7, 2 ** 22]

export interface DftRefs {
  readonly input: TensorRef
  readonly dft_length: TensorRef | undefined
  readonly axis: TensorRef | undefined
  readonly output: TensorRef
}

/** The discrete Fourier transform along an axis. */
export function lowerDft(
  { input, dft_length, axis, output }: DftRefs,
  attrs: { readonly inverse: number; readonly onesided: number },
  context: LowerContext,
): Refusal {
  const { shape } = input
  const at = axis ? scalarOf(axis) : -2
  if (at === undefined) return 'an axis that is not known'
  const own = at < 0 ? at + shape.length : at
  const [size, inner] = [shape[own]!, elementCount(shape.slice(own + 1, -1))]
  const [inverse, half] = [attrs.inverse !== 0, attrs.inverse !== 0 && attrs.onesided !== 0]
  const length = dft_length ? scalarOf(dft_length) : half ? 2 * (size - 1) : size
  if (length === undefined || length < 1) return 'a length that is not known'
  const [parts, outParts] = [shape.at(-1)!, output.shape.at(-1)!]
  const kept = output.shape[own]!
  return callFourier(
    { x: input, y: output },
    { parts: partsOf(parts), outParts: partsOf(outParts), inverse, window: false, mirrored: half },
    {
      length,
      lines: elementCount(shape.slice(0, own)) * inner,
      given: Math.min(size, half ? Math.floor(length / 2) + 1 : length),
      kept,
      inner,
      xOuter: size * inner * parts,
      xInner: parts,
      xStep: inner * parts,
      yOuter: kept * inner * outParts,
      yInner: outParts,
      yStep: inner * outParts,
    },
    context,
  )
}

export interface StftRefs {
  readonly signal: TensorRef
  readonly frame_step: TensorRef
  readonly window: TensorRef | undefined
  readonly frame_length: TensorRef | undefined
  readonly output: TensorRef
}

/** Fourier transforms of frames. */
export function lowerStft(
  { signal, frame_step, window, frame_length, output }: StftRefs,
  context: LowerContext,
): Refusal {
  if (window && window.dtype !== 'float32') return `dtype ${window.dtype}`
  const step = scalarOf(frame_step)
  const length = frame_length ? scalarOf(frame_length) : (window?.shape[0] ?? signal.shape[1]!)
  if (step === undefined || length === undefined) return 'frames that are not known'
  const [samples, parts] = [signal.shape[1]!, signal.shape[2] ?? 1]
  const [batch, frames, bins] = output.shape as readonly [number, number, number, 2] // as inference says
  if (length > samples || (window && window.shape[0] !== length)) return 'frames that do not fit'
  return callFourier(
    { x: signal, y: output, window },
    { parts: partsOf(parts), outParts: 2, inverse: false, window: window !== undefined, mirrored: false },
    {
      length,
      lines: batch * frames,
      given: length,
      kept: bins,
      inner: frames,
      xOuter: samples * parts,
      xInner: step * parts,
      xStep: parts,
      yOuter: frames * bins * 2,
      yInner: bins * 2,
      yStep: 2,
    },
    context,
  )
}

const partsOf = (parts: number): 1 | 2 => (parts === 2 ? 2 : 1)

/** The integer of a tensor of one element, where it is known. */
function scalarOf({ constant }: TensorRef): number | undefined {
  const value = constant?.data[0]
  return value === undefined ? undefined : Number(value)
}

/** Sizes, and strides in elements. */
interface Lines {
  readonly length: number
  readonly lines: number
  readonly given: number
  readonly kept: number
  readonly inner: number
  readonly xOuter: number
  readonly xInner: number
  readonly xStep: number
  readonly yOuter: number
  readonly yInner: number
  readonly yStep: number
}

function callFourier(
  { x, y, window }: { readonly x: TensorRef; readonly y: TensorRef; readonly window?: TensorRef | undefined },
  form: FourierForm,
  { length, lines, given, kept, inner, ...strides }: Lines,
  { call, table, target }: LowerContext,
): Refusal {
  if (x.dtype !== 'float32') return `dtype ${x.dtype}`
  const factors = factorsOf(length)
  const work = 4 * length * factors.reduce((total, factor) => total + factor, 0)
  if (work > mostWork || fourierScratch(length) > mostScratch) return `a transform of length ${length}`
  if (lines * kept === 0 || given < 1) return given < 1 ? 'an empty signal' : undefined
  const angles = Float32Array.from({ length: 2 * length }, (_, i) => {
    const angle = (2 * Math.PI * Math.floor(i / 2)) / length
    return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)
  })
  const bytes = Object.entries(strides).map(([name, elements]) => [name, 4 * elements])
  const args = {
    x: x.at,
    y: y.at,
    window: window?.at,
    angles: table(new Uint8Array(angles.buffer)),
    factors: table(new Uint8Array(Int32Array.from(factors).buffer)),
    factorCount: factors.length,
    length,
    lines,
    given,
    kept,
    inner,
    ...(Object.fromEntries(bytes) as typeof strides), // the same keys
    scale: form.inverse ? 1 / length : 1,
  }
  call(fourier(target, form), args, Math.ceil(lines / 4), fourierScratch(length))
  return undefined
}

/** Radices whose product is `length`: fours, at most one two, and the odd primes. */
function factorsOf(length: number): number[] {
  const factors: number[] = []
  let rest = length
  for (let factor = 4; rest > 1; ) {
    if (rest % factor === 0) {
      factors.push(factor)
      rest /= factor
    } else if (factor === 4) factor = 2
    else if (factor * factor > rest) factor = rest
    else factor += factor === 2 ? 1 : 2
  }
  return factors
}
