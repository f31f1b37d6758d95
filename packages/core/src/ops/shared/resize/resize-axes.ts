/** The geometry of Resize: output sizes, scales, and where each output position lies in the input. */
import { type Dim, floorDivDims, mulDims } from '../../../base/dim.ts'
import { refuse, refuseValue } from '../../refuse.ts'

export const coordinateModes = [
  'half_pixel',
  'half_pixel_symmetric',
  'pytorch_half_pixel',
  'align_corners',
  'asymmetric',
  'tf_crop_and_resize',
] as const
export type CoordinateMode = (typeof coordinateModes)[number]

export const aspectPolicies = ['stretch', 'not_larger', 'not_smaller'] as const
export type AspectPolicy = (typeof aspectPolicies)[number]

/** One resized axis at concrete sizes. */
export interface ResizeAxis {
  readonly axis: number
  readonly size: number
  readonly output: number
  readonly scale: number
  /** The region of interest, as fractions of the axis. */
  readonly start: number
  readonly end: number
}

/**
 * ⌊size * scale⌋ with the product rounded to float32, as the standard's own shape inference computes it; symbolic
 * where the scale is a fraction with a small denominator.
 */
export function scaledDim(size: Dim, scale: number): Dim | undefined {
  if (!(scale > 0 && Number.isFinite(scale))) return refuse('scales must be positive', scale)
  if (typeof size === 'number') return Math.floor(Math.fround(size * scale))
  const denominator = [1, 2, 3, 4, 5, 6, 7, 8].find((d) => Number.isInteger(scale * d))
  return denominator && floorDivDims(mulDims(size, scale * denominator), denominator)
}

/**
 * Output sizes and scales from target sizes. Under a policy other than `stretch` one common scale keeps the aspect
 * ratio; sizes are then rounded, halves up.
 */
export function fitSizes(
  sizes: readonly number[],
  targets: readonly number[],
  policy: AspectPolicy,
): { outputs: readonly number[]; scales: readonly number[] } {
  const scales = targets.map((target, i) => target / sizes[i]!)
  if (policy === 'stretch') return { outputs: targets, scales }
  const common = policy === 'not_larger' ? Math.min(...scales) : Math.max(...scales)
  return {
    outputs: sizes.map((size) => Math.floor(common * size + 0.5)),
    scales: sizes.map(() => common),
  }
}

/**
 * The position in the input of output position `x`, in elements. Every step is rounded to float32: the scales are
 * float32 values such as 0.6 that decimal fractions only approximate, and where a position falls on a tie between
 * two elements, all engines follow the float32 result.
 */
export function originalPosition(x: number, mode: CoordinateMode, axis: ResizeAxis): number {
  const { size, output, start, end } = axis
  const scale = round(axis.scale)
  // The exact target length, which a scale may make fractional.
  const width = round(scale * size)
  const halfPixel = round(round((x + 0.5) / scale) - 0.5)
  switch (mode) {
    case 'half_pixel':
      return halfPixel
    case 'half_pixel_symmetric':
      return round(round((size / 2) * round(1 - round(output / width))) + halfPixel)
    case 'pytorch_half_pixel':
      return output > 1 ? halfPixel : 0
    case 'align_corners':
      return width === 1 ? 0 : round(round(x * (size - 1)) / round(width - 1))
    case 'asymmetric':
      return round(x / scale)
    case 'tf_crop_and_resize': {
      if (output <= 1) return round(0.5 * round(start + end) * (size - 1))
      const step = round(round(round(end - start) * (size - 1)) / round(width - 1))
      return round(round(start * (size - 1)) + round(x * step))
    }
    default:
      return mode satisfies never
  }
}

const round = Math.fround

/** The roi input as one pair per resized axis; all of the axis where there is none. Throws SLP-O4. */
export function regionsOf(roi: ArrayLike<number> | undefined, count: number): (readonly [number, number])[] {
  if (!roi || roi.length === 0) return Array.from({ length: count }, () => [0, 1] as const)
  if (roi.length !== 2 * count) refuseValue(`roi must have ${2 * count} elements`, roi.length)
  return Array.from({ length: count }, (_, i) => [roi[i]!, roi[count + i]!] as const)
}
