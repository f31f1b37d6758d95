/**
 * How numbers of 2, 4 or 8 bits in blocks meet vectors. A load takes 16 bytes, or a block where that is smaller; its
 * numbers are taken out by place within the 32-bit lanes, so the lanes of one vector are numbers that lie apart, and what
 * they are multiplied with is put into the same order.
 */
import { f32x4, i32, i32x4, load, op } from '../../wasm/index.ts'
import type { I32, V128 } from './vectors.ts'

export interface BlockForm {
  readonly bits: 2 | 4 | 8
  /** Numbers of a block. */
  readonly block: number
}

/** Places of a number in a lane. */
export const places = ({ bits }: BlockForm): number => 32 / bits
const bytesOf = ({ bits, block }: BlockForm): number => (bits * block) / 8
/** Loads of a block, and the lanes of each of them that hold numbers of it. */
export const loads = (form: BlockForm): number => Math.max(1, bytesOf(form) / 16)
export const lanes = (form: BlockForm): number => Math.min(4, bytesOf(form) / 4)
export const blockBytes = bytesOf
/** Vectors of a block. */
export const blockVectors = (form: BlockForm): number => loads(form) * places(form)
export const formKey = ({ bits, block }: BlockForm): string => `${bits}bit-${block}`

/** Where the number in a lane at a place of a load lies in the block. */
export function numberOf(
  form: BlockForm,
  at: { readonly load: number; readonly place: number; readonly lane: number },
): number {
  return (at.load * 4 + at.lane) * places(form) + at.place
}

/** The i-th load of a block. Lanes behind the block are 0. */
export function loadNumbers(form: BlockForm, address: I32, i: number): V128 {
  const count = lanes(form)
  if (count === 4) return load('v128.load', address, 16 * i)
  return load(count === 2 ? 'v128.load64_zero' : 'v128.load32_zero', address, 0)
}

/**
 * Numbers at a place as floats, each times 2^(bits · place) but at the last place, where there is no room for that:
 * what they are multiplied with makes up for it.
 */
export function raisedNumbers(form: BlockForm, packed: V128, place: number): V128 {
  const { bits } = form
  const isLast = place === places(form) - 1
  const own = isLast
    ? op('i32x4.shr_u', packed, i32(32 - bits))
    : op('v128.and', packed, i32x4(((1 << bits) - 1) << (bits * place)))
  return op('f32x4.convert_i32x4_s', own)
}

/** What undoes the factor of `raisedNumbers`. */
export function lowering(form: BlockForm, place: number): number {
  return place === places(form) - 1 ? 1 : 2 ** (-form.bits * place)
}

/** Numbers at a place as floats. */
export function plainNumbers(form: BlockForm, packed: V128, place: number): V128 {
  const factor = lowering(form, place)
  const raised = raisedNumbers(form, packed, place)
  return factor === 1 ? raised : op('f32x4.mul', raised, f32x4(factor))
}
