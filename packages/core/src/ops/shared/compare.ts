/** Ascending order of elements of one dtype: numbers with NaN last, strings by code points. */
export function compareElements(a: number | bigint | string, b: number | bigint | string): number {
  if (typeof a === 'string' && typeof b === 'string') return compareTexts(a, b)
  if (a < b) return -1
  if (a > b) return 1
  return Number(Number.isNaN(a)) - Number(Number.isNaN(b))
}

/** UTF-16 order differs from that of code points where surrogates meet U+E000 and above. */
function compareTexts(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)]
  const at = left.findIndex((character, i) => character !== right[i])
  if (at < 0) return left.length - right.length
  return at >= right.length ? 1 : left[at]!.codePointAt(0)! - right[at]!.codePointAt(0)!
}
