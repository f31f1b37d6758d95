/** Where a slice starts, ends and how many elements it has, for known and for symbolic sizes. */
import {
  addDims,
  ceilDivDims,
  type Dim,
  dimsEqual,
  lowerBound,
  subDims,
  tryDivideExactly,
} from '../../base/dim.ts'

/** Exporters write the ends of 32-bit and 64-bit ranges for "up to the end". */
const beyondEverySize = 2 ** 31 - 1

const atMost = (a: Dim, b: Dim): boolean => lowerBound(subDims(b, a)) >= 0

/** `x` within [low, high], or undefined where the names decide. */
function clamp(x: Dim, low: Dim, high: Dim): Dim | undefined {
  if (typeof x === 'number' && Math.abs(x) >= beyondEverySize) return x > 0 ? high : low
  if (atMost(x, low)) return low
  if (atMost(high, x)) return high
  return atMost(low, x) && atMost(x, high) ? x : undefined
}

/** A position as it counts: a negative one from the end. Undefined where its sign is not known. */
function fromStart(position: Dim, size: Dim): Dim | undefined {
  if (typeof position === 'number') {
    return position < 0 && position > -beyondEverySize ? addDims(position, size) : position
  }
  if (lowerBound(position) >= 0) return position
  return atMost(position, -1) ? addDims(position, size) : undefined
}

/**
 * The first element of a slice and the number of its elements. Positions are clamped as ONNX says: going backwards, a
 * start before the first element counts as the first, where NumPy would find nothing. Undefined where the result
 * depends on the value of a name; never for plain numbers. `step` is not 0.
 */
export function sliceBounds(
  size: Dim,
  start: Dim,
  end: Dim,
  step: number,
): { readonly first: Dim; readonly count: Dim } | undefined {
  const forward = step > 0
  const [low, high] = forward ? [0, size] : [-1, subDims(size, 1)]
  const [from, to] = [fromStart(start, size), fromStart(end, size)]
  const first = from === undefined ? undefined : clamp(from, size === 0 ? low : 0, high)
  const last = to === undefined ? undefined : clamp(to, low, high)
  if (first === undefined || last === undefined) return undefined
  const stride = Math.abs(step)
  const distance = forward ? subDims(last, first) : subDims(first, last)
  if (atMost(distance, 0)) return { first, count: 0 }
  // Whatever a size is made of, it is not negative.
  return atMost(0, distance) || dimsEqual(distance, size)
    ? { first, count: tryDivideExactly(distance, stride) ?? ceilDivDims(distance, stride) }
    : undefined
}
