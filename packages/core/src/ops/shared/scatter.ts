/** Writing elements into a copy of a tensor, or combining them with what is there. */
import { isComplex, isInteger } from '../../base/dtype.ts'
import type { WideTensor } from '../../base/wide.ts'
import { refuse } from '../refuse.ts'
import { copyElements } from './movement.ts'

export const scatterReductions = ['none', 'add', 'mul', 'max', 'min'] as const
export type ScatterReduction = (typeof scatterReductions)[number]
type Combining = Exclude<ScatterReduction, 'none'>

/** Refuses reductions that the element type does not have. */
export function checkReduction(dtype: WideTensor['dtype'], reduction: ScatterReduction): void {
  if (reduction === 'none') return
  const ordering = reduction === 'max' || reduction === 'min'
  if (dtype === 'string' || (ordering && isComplex(dtype))) {
    refuse(`reduction must be one that ${dtype} has`, reduction)
  }
}

/** A copy of `data` with the i-th block of `updates`, of `block` elements, written at position `positions[i]`. */
export function scatterBlocks(
  data: WideTensor,
  positions: Float64Array,
  updates: WideTensor,
  block: number,
  reduction: ScatterReduction,
): WideTensor {
  const out: WideTensor = { ...data, data: data.data.slice() }
  positions.forEach((position, i) => {
    if (reduction === 'none') copyElements(updates, i * block, out, position, block)
    else {
      for (let k = 0; k < block; k++) combineElement(out, position + k, updates, i * block + k, reduction)
    }
  })
  return out
}

const floatKernels: Readonly<Record<Combining, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  max: Math.max,
  min: Math.min,
}
const intKernels: Readonly<Record<Combining, (a: bigint, b: bigint) => bigint>> = {
  add: (a, b) => a + b,
  mul: (a, b) => a * b,
  max: (a, b) => (a > b ? a : b),
  min: (a, b) => (a < b ? a : b),
}

function combineElement(
  out: WideTensor,
  target: number,
  from: WideTensor,
  source: number,
  reduction: Combining,
): void {
  const [a, b] = [out.data, from.data]
  if (a instanceof Float64Array && b instanceof Float64Array) {
    if (isComplex(out.dtype)) combineComplex(a, 2 * target, b, 2 * source, reduction)
    // A product of products may pass 2^53, where float64 loses the low bits that a wrapped integer keeps.
    else if (reduction === 'mul' && isInteger(out.dtype)) a[target] = Math.imul(a[target]!, b[source]!)
    else a[target] = floatKernels[reduction](a[target]!, b[source]!)
  } else if (typeof a[target] === 'bigint' && typeof b[source] === 'bigint') {
    a[target] = intKernels[reduction](a[target], b[source])
  }
}

/** Sum, or product: (p + qi)(r + si) = (pr - qs) + (ps + qr)i. */
function combineComplex(a: Float64Array, i: number, b: Float64Array, k: number, reduction: Combining): void {
  const [p, q, r, s] = [a[i]!, a[i + 1]!, b[k]!, b[k + 1]!]
  a[i] = reduction === 'mul' ? p * r - q * s : p + r
  a[i + 1] = reduction === 'mul' ? p * s + q * r : q + s
}
