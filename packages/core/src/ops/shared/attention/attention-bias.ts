/** What Attention adds to its scores: the mask, the causal frontier, the window and the padding of the cache. */
import type { WideTensor } from '../../../base/wide.ts'
import { refuseValue } from '../../refuse.ts'
import { numbersIn } from '../elements.ts'

export interface BiasSpec {
  readonly is_causal: number
  readonly left_window_size: number
  readonly right_window_size: number
}

export interface BiasSizes {
  readonly batch: number
  readonly heads: number
  readonly queries: number
  readonly keys: number
  /** Keys of the past, before the first query. */
  readonly past: number
}

/**
 * The additive bias, [batch, heads, queries, keys]: -Infinity where a query must not see a key. A query's absolute
 * position is its index plus the number of valid keys before the queries: the past, or what nonpad_kv_seqlen leaves.
 */
export function attentionBias(
  mask: WideTensor | undefined,
  validKeys: readonly number[] | undefined,
  { batch, heads, queries, keys, past }: BiasSizes,
  { is_causal, left_window_size: left, right_window_size: right }: BiasSpec,
): Float64Array {
  const maskAt = maskReader(mask)
  if (validKeys?.some((count) => count < 0 || count > keys)) {
    refuseValue(`nonpad_kv_seqlen must lie in [0, ${keys}]`, validKeys)
  }
  const bias = new Float64Array(batch * heads * queries * keys)
  let at = 0
  for (let n = 0; n < batch; n++) {
    const valid = validKeys?.[n] ?? keys
    const offset = validKeys ? valid - queries : past
    for (let h = 0; h < heads; h++) {
      for (let i = 0; i < queries; i++) {
        const position = i + offset
        for (let j = 0; j < keys; j++) {
          const seen =
            j < valid &&
            (is_causal !== 1 || j <= position) &&
            (left < 0 || j >= position - left) &&
            (right < 0 || j <= position + right)
          bias[at++] = seen ? maskAt(n, h, i, j) : Number.NEGATIVE_INFINITY
        }
      }
    }
  }
  return bias
}

type MaskReader = (n: number, h: number, i: number, j: number) => number

/** The mask broadcast from the right; keys beyond its last size are not seen. */
function maskReader(mask: WideTensor | undefined): MaskReader {
  if (!mask) return () => 0
  const data = numbersIn(mask)
  const isBool = mask.dtype === 'bool'
  const [n1, h1, i1, width] = [1, 1, 1, ...mask.shape].slice(-4) as [number, number, number, number] // rank 1 to 4
  return (n, h, i, j) => {
    if (j >= width) return Number.NEGATIVE_INFINITY
    const row = ((n1 === 1 ? 0 : n) * h1 + (h1 === 1 ? 0 : h)) * i1 + (i1 === 1 ? 0 : i)
    const value = data[row * width + j]!
    return isBool ? (value === 0 ? Number.NEGATIVE_INFINITY : 0) : value
  }
}

/** Zeroes the rows of `probabilities` whose bias hides every key, whatever the scores there were. */
export function clearHiddenRows(probabilities: Float64Array, bias: Float64Array, keys: number): void {
  for (let start = 0; start < bias.length; start += keys) {
    const hidden = bias.subarray(start, start + keys).every((value) => value === Number.NEGATIVE_INFINITY)
    if (hidden) probabilities.fill(0, start, start + keys)
  }
}
