/** The classification extension: the largest elements of each row as text. */
import { type Tensor, tensor, widenValue } from '@slipway/core'
import type { Parameters } from './parameters.ts'
import { refuseRequest } from './refuse-request.ts'

/** More would only be sorted to be thrown away. */
const mostElements = 1_000_000

/** How many classes an output is asked for; undefined where it is asked for as it is. Throws SLP-R4 for no number. */
export function classesOf(output: string, parameters: Parameters): number | undefined {
  const given = parameters.get('classification')
  if (given === undefined) return undefined
  const count = typeof given === 'bigint' ? Number(given) : given
  if (typeof count === 'number' && Number.isInteger(count) && count > 0) return count
  return refuseRequest(`classification of output "${output}" must be a positive number`, String(given))
}

/**
 * The `count` largest elements of each row, as `value:index` or `value:index:label`. Rows are along all axes but the
 * first where the model has a batch dimension.
 *
 * @throws SLP-R4 for an output that has no order, or too many elements.
 */
export function classify(
  output: string,
  given: Tensor,
  count: number,
  { batched, labels }: { readonly batched: boolean; readonly labels: readonly string[] },
): Tensor {
  const wide = widenValue(given)
  const data = wide.kind === 'tensor' ? wide.data : undefined
  if (!data || Array.isArray(data)) return refuseRequest(`output "${output}" must be of numbers`, given.dtype)
  if (data.length > mostElements) {
    return refuseRequest(`output "${output}" may have ${mostElements} elements`, data.length)
  }
  const rows = batched ? (given.shape[0] ?? 1) : 1
  const size = rows === 0 ? 0 : data.length / rows
  const kept = Math.min(count, size)
  const isFloat = /float/.test(given.dtype)
  const values = Array.from<number | bigint | string>(data as ArrayLike<number | bigint | string>) // numbers, checked above
  const texts = Array.from({ length: rows }, (_, row) => {
    const part = values.slice(row * size, (row + 1) * size)
    const order = part.map((_, i) => i).sort((a, b) => compare(part[b]!, part[a]!) || a - b)
    return order.slice(0, kept).map((i) => text(part[i]!, i, labels, isFloat))
  })
  return tensor('string', batched ? [rows, kept] : [kept], texts.flat())
}

/** NaN is smaller than everything. */
function compare(a: number | bigint | string, b: number | bigint | string): number {
  if (Number.isNaN(a)) return Number.isNaN(b) ? 0 : -1
  if (Number.isNaN(b)) return 1
  return a < b ? -1 : a > b ? 1 : 0
}

/** Floats have six decimals, as C++ prints them. */
function text(
  value: number | bigint | string,
  index: number,
  labels: readonly string[],
  isFloat: boolean,
): string {
  const number = isFloat && Number.isFinite(value) ? Number(value).toFixed(6) : String(value)
  const label = labels[index]
  return label === undefined ? `${number}:${index}` : `${number}:${index}:${label}`
}
