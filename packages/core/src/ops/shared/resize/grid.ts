/** Sampling at fractional positions with a rule for what lies outside: what GridSample is made of. */

import { roundHalfEven } from '../../../base/round-half-even.ts'
import { cubicFilter, linearFilter, type Stencil, stencilAround } from './resample.ts'

export const sampleModes = ['linear', 'nearest', 'cubic'] as const
export type SampleMode = (typeof sampleModes)[number]
export const paddingModes = ['zeros', 'border', 'reflection'] as const
export type PaddingMode = (typeof paddingModes)[number]

const cubic = cubicFilter(-0.75)

/**
 * Elements and weights of one axis for the normalised position `at`. -1 and 1 are the centres of the outer
 * elements with `align`, their outer edges without. Elements that count as zero are left out.
 */
export function stencilAt(
  at: number,
  size: number,
  mode: SampleMode,
  padding: PaddingMode,
  align: boolean,
): Stencil {
  const [low, high] = align ? [0, size - 1] : [-0.5, size - 0.5]
  const exact = align ? ((at + 1) / 2) * (size - 1) : ((at + 1) * size - 1) / 2
  const position = mode === 'nearest' ? roundHalfEven(exact) : exact
  const x = padding === 'reflection' ? reflect(position, low, high) : position
  if (Number.isNaN(x)) return { indices: [0], weights: [Number.NaN] }
  const raw: Stencil =
    mode === 'nearest'
      ? { indices: [x], weights: [1] }
      : stencilAround(x, mode === 'linear' ? linearFilter : cubic)
  const indices = raw.indices.map((index) => resolve(index, size, padding, low, high))
  const kept = indices.map((index) => index >= 0 && index < size)
  return {
    indices: indices.filter((_, i) => kept[i]),
    weights: raw.weights.filter((_, i) => kept[i]),
  }
}

/** The element that stands for one outside the axis; `zeros` keeps it outside. */
function resolve(index: number, size: number, padding: PaddingMode, low: number, high: number): number {
  if (padding === 'border') return Math.min(size - 1, Math.max(0, index))
  return padding === 'reflection' ? Math.trunc(reflect(index, low, high)) : index
}

/** x mirrored at both ends until it lies within [low, high]. */
function reflect(x: number, low: number, high: number): number {
  const range = high - low
  if (range === 0) return low
  if (x >= low && x <= high) return x
  const over = x < low ? low - x : x - high
  const turns = Math.floor(over / range)
  const rest = over - turns * range
  const fromLow = x < low === (turns % 2 === 0)
  return fromLow ? low + rest : high - rest
}

/** Linear elements and weights of the product of one stencil per axis. */
export function tensorProduct(stencils: readonly Stencil[], strides: readonly number[]): Stencil {
  let indices: readonly number[] = [0]
  let weights: readonly number[] = [1]
  stencils.forEach((stencil, axis) => {
    indices = indices.flatMap((index) => stencil.indices.map((own) => index + own * strides[axis]!))
    weights = weights.flatMap((weight) => stencil.weights.map((own) => weight * own))
  })
  return { indices, weights }
}
