/**
 * Sliding windows of convolutions and pools: attributes, padding and output sizes, for any number of spatial
 * axes. A window axis has `effective = (kernel - 1) * dilation + 1` positions from its first tap to its last.
 */
import { addDims, ceilDivDims, type Dim, floorDivDims, subDims } from '../../base/dim.ts'
import type { Shape } from '../../base/shape.ts'
import { attr } from '../attr.ts'
import { refuse } from '../refuse.ts'

const autoPads = ['NOTSET', 'SAME_UPPER', 'SAME_LOWER', 'VALID'] as const
export type AutoPad = (typeof autoPads)[number]

/** The attributes that every windowed operator has. */
export const windowAttrs = {
  auto_pad: attr.oneOf(autoPads, 'NOTSET'),
  pads: attr.optional.ints(),
  strides: attr.optional.ints(),
  dilations: attr.optional.ints(),
}

export interface WindowSpec {
  readonly auto_pad?: AutoPad
  /** All beginnings, then all ends. */
  readonly pads?: readonly number[] | undefined
  readonly strides?: readonly number[] | undefined
  readonly dilations?: readonly number[] | undefined
  readonly ceil_mode?: number
}

/** One spatial axis of a window at concrete sizes. */
export interface WindowAxis {
  readonly size: number
  readonly kernel: number
  readonly stride: number
  readonly dilation: number
  readonly padBegin: number
  readonly padEnd: number
  readonly output: number
}

/** A window's attributes with their defaults filled in; one entry per spatial axis. */
export interface FullWindowSpec {
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  readonly padBegin: readonly number[]
  readonly padEnd: readonly number[]
}

/** Checks lengths and signs of the attributes and fills the defaults in. Throws SLP-O2. */
export function fullWindowSpec(rank: number, spec: WindowSpec): FullWindowSpec {
  const { strides = ones(rank), dilations = ones(rank), pads = new Array<number>(2 * rank).fill(0) } = spec
  checkList('strides', strides, rank, 1)
  checkList('dilations', dilations, rank, 1)
  checkList('pads', pads, 2 * rank, 0)
  if (spec.auto_pad !== undefined && spec.auto_pad !== 'NOTSET' && pads.some((pad) => pad !== 0)) {
    refuse(`pads must be absent where auto_pad is ${spec.auto_pad}`, pads, 'Set auto_pad to NOTSET.')
  }
  return { strides, dilations, padBegin: pads.slice(0, rank), padEnd: pads.slice(rank) }
}

const ones = (rank: number): number[] => new Array<number>(rank).fill(1)

/** Throws SLP-O2 unless `list` has `length` entries of at least `least`. */
export function checkList(name: string, list: readonly number[], length: number, least: number): void {
  if (list.length !== length) refuse(`${name} must have ${length} entries`, list)
  if (list.some((entry) => entry < least)) refuse(`${name} must be at least ${least}`, list)
}

/**
 * Output sizes of a window that slides over `sizes`; a kernel size that is not known gives a fresh dimension.
 * Throws SLP-O2 where the window does not fit.
 */
export function windowDims(
  sizes: readonly Dim[],
  kernel: readonly (Dim | undefined)[],
  spec: WindowSpec,
  freshDim: (hint: string) => Dim,
): Dim[] {
  return outputDims(sizes, kernel, spec, fullWindowSpec(sizes.length, spec), freshDim)
}

function outputDims(
  sizes: readonly Dim[],
  kernel: readonly (Dim | undefined)[],
  spec: WindowSpec,
  { strides, dilations, padBegin, padEnd }: FullWindowSpec,
  freshDim: (hint: string) => Dim,
): Dim[] {
  return sizes.map((size, i) => {
    const stride = strides[i]!
    // Both SAME modes give ⌈size / stride⌉, whatever the kernel.
    if (isSame(spec.auto_pad)) return ceilDivDims(size, stride)
    const taps = kernel[i]
    if (typeof taps !== 'number') return freshDim('spatial')
    if (taps < 1) return refuse('kernel sizes must be at least 1', kernel)
    const effective = (taps - 1) * dilations[i]! + 1
    const output = outputSize(size, effective, stride, padBegin[i]!, padEnd[i]!, spec.ceil_mode === 1)
    if (typeof output === 'number' && output < 1) {
      refuse(`a window of ${effective} positions must fit axis ${i} and its padding`, sizes[i])
    }
    return output
  })
}

const isSame = (mode: AutoPad | undefined): boolean => mode === 'SAME_UPPER' || mode === 'SAME_LOWER'

/**
 * With p = size + padBegin + padEnd: ⌊(p - effective) / stride⌋ + 1. Under ceil_mode it is the ceiling instead, but
 * windows that start in the padding at the end are left out (opset 22), so that at most ⌈(size + padBegin) / stride⌉
 * stay. Which of the two bounds is the lower one does not depend on the size, because ⌈·⌉ is monotonic.
 */
function outputSize(
  size: Dim,
  effective: number,
  stride: number,
  padBegin: number,
  padEnd: number,
  ceil: boolean,
): Dim {
  const room = addDims(subDims(addDims(size, padBegin + padEnd), effective), stride)
  if (!ceil) return floorDivDims(room, stride)
  const padded = addDims(size, padBegin)
  return padEnd + stride <= effective ? ceilDivDims(room, stride) : ceilDivDims(padded, stride)
}

/** The window at concrete sizes, its automatic padding worked out. The attributes have been checked by `windowDims`. */
export function windowAxes(sizes: Shape, kernel: Shape, spec: WindowSpec): WindowAxis[] {
  const full = fullWindowSpec(sizes.length, spec)
  const { strides, dilations, padBegin, padEnd } = full
  const outputs = outputDims(sizes, kernel, spec, full, () => 0)
  return sizes.map((size, i) => {
    const axis = { size, kernel: kernel[i]!, stride: strides[i]!, dilation: dilations[i]! }
    const output = Number(outputs[i])
    if (!isSame(spec.auto_pad)) return { ...axis, padBegin: padBegin[i]!, padEnd: padEnd[i]!, output }
    const needed = (output - 1) * axis.stride + (axis.kernel - 1) * axis.dilation + 1 - size
    const [begin, end] = splitPadding(Math.max(0, needed), spec.auto_pad === 'SAME_UPPER')
    return { ...axis, padBegin: begin, padEnd: end, output }
  })
}

/** Padding of both sides; where it is odd, the larger half goes to the end (`upper`) or to the beginning. */
export function splitPadding(total: number, upper: boolean): readonly [number, number] {
  const small = Math.floor(total / 2)
  return upper ? [small, total - small] : [total - small, small]
}
