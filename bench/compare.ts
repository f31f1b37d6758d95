/** How far the outputs of two engines are apart: a fast wrong answer must be visible. */
import { dtypeInfo, type Tensor, widenValue } from '@slipway/core'
import type { Tensors } from './engines/adapter.ts'

/**
 * The largest ‖a−b‖₂ / ‖b‖₂ over the outputs; Infinity where names or shapes differ, or a NaN has no counterpart.
 * Where `expected` is all zeros, the absolute norm.
 */
export function relativeL2(got: Tensors, expected: Tensors): number {
  return [...expected].reduce((most, [name, tensor]) => {
    const other = got.get(name)
    return Math.max(most, other ? distance(other, tensor) : Number.POSITIVE_INFINITY)
  }, 0)
}

function distance(got: Tensor, expected: Tensor): number {
  if (got.dtype !== expected.dtype || String(got.shape) !== String(expected.shape))
    return Number.POSITIVE_INFINITY
  if (dtypeInfo(expected.dtype).kind === 'string') return String(got.data) === String(expected.data) ? 0 : 1
  const [a, b] = [numbersOf(got), numbersOf(expected)]
  let [difference, norm] = [0, 0]
  for (let i = 0; i < b.length; i++) {
    if (Object.is(a[i], b[i])) {
      if (Number.isFinite(b[i])) norm += b[i]! ** 2
      continue
    }
    const delta = a[i]! - b[i]!
    if (!Number.isFinite(delta)) return Number.POSITIVE_INFINITY
    difference += delta ** 2
    norm += b[i]! ** 2
  }
  return Math.sqrt(norm === 0 ? difference : difference / norm)
}

function numbersOf(tensor: Tensor): ArrayLike<number> {
  const { data } = tensor
  if (data instanceof Float32Array || data instanceof Float64Array) return data
  const wide = widenValue(tensor)
  return wide.kind === 'tensor' ? Array.from<number | bigint | string, number>(wide.data, Number) : []
}
