/**
 * Limited-memory BFGS with a line search for the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization,
 * algorithms 7.5, 3.5 and 3.6).
 */

/** The value at `w`; writes the gradient. */
export type Objective = (w: Float64Array, gradient: Float64Array) => number

export interface MinimizeOptions {
  /** Ends when no element of the gradient is larger. */
  readonly tol: number
  readonly maxIter: number
}

export interface Minimum {
  readonly w: Float64Array
  readonly value: number
  readonly iterations: number
  readonly converged: boolean
}

interface Point {
  readonly w: Float64Array
  readonly gradient: Float64Array
  readonly value: number
}

interface Pair {
  readonly step: Float64Array
  readonly change: Float64Array
  readonly rho: number
}

const memory = 10
const sufficientDecrease = 1e-4
const curvature = 0.9
const searchSteps = 40
/** Steps without a smaller value or gradient after which there is no more to gain. */
const idleSteps = 10

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
const difference = (a: Float64Array, b: Float64Array) => a.map((value, i) => value - b[i]!)
/** What rounding may add to a value. */
const noiseOf = (value: number) => 8 * Number.EPSILON * Math.abs(value)
const greatest = (a: Float64Array) => a.reduce((most, value) => Math.max(most, Math.abs(value)), 0)

/** A minimum of a smooth function from `start` on. */
export function minimize(objective: Objective, start: Float64Array, options: MinimizeOptions): Minimum {
  const at = (w: Float64Array): Point => {
    const gradient = new Float64Array(w.length)
    return { w, gradient, value: objective(w, gradient) }
  }
  let point = at(start)
  let pairs: readonly Pair[] = []
  let [leastValue, leastGradient, idle] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0]
  for (let iterations = 0; ; iterations++) {
    const steepest = greatest(point.gradient)
    const converged = steepest <= options.tol
    const isBetter = point.value < leastValue - noiseOf(leastValue) || steepest < leastGradient
    idle = isBetter ? 0 : idle + 1
    leastValue = Math.min(leastValue, point.value)
    leastGradient = Math.min(leastGradient, steepest)
    if (converged || iterations >= options.maxIter || idle >= idleSteps)
      return { w: point.w, value: point.value, iterations, converged }
    const direction = quasiNewton(point.gradient, pairs)
    const first = pairs.length === 0 ? Math.min(1, 1 / Math.sqrt(dot(point.gradient, point.gradient))) : 1
    const next = lineSearch(at, point, direction, first)
    if (!next) {
      // Rounding hides any further decrease, or the pairs mislead: without pairs it is the former.
      if (pairs.length === 0) return { w: point.w, value: point.value, iterations, converged: false }
      pairs = []
      continue
    }
    const step = difference(next.w, point.w)
    const change = difference(next.gradient, point.gradient)
    const product = dot(step, change)
    if (product > 1e-300) pairs = [...pairs, { step, change, rho: 1 / product }].slice(-memory)
    point = next
  }
}

/** The direction of descent: minus the gradient times the approximate inverse Hessian. */
function quasiNewton(gradient: Float64Array, pairs: readonly Pair[]): Float64Array {
  const direction = gradient.map((value) => -value)
  const weights = [...pairs].reverse().map(({ step, change, rho }) => {
    const alpha = rho * dot(step, direction)
    for (let i = 0; i < direction.length; i++) direction[i]! -= alpha * change[i]!
    return alpha
  })
  const last = pairs.at(-1)
  if (last) {
    const scale = 1 / (last.rho * dot(last.change, last.change))
    for (let i = 0; i < direction.length; i++) direction[i]! *= scale
  }
  pairs.forEach(({ step, change, rho }, k) => {
    const beta = weights[pairs.length - 1 - k]! - rho * dot(change, direction)
    for (let i = 0; i < direction.length; i++) direction[i]! += beta * step[i]!
  })
  return direction
}

interface Trial {
  readonly length: number
  readonly point: Point
  readonly slope: number
}

/** A point that fulfils the strong Wolfe conditions, or at least decreases enough; undefined where none is found. */
function lineSearch(
  at: (w: Float64Array) => Point,
  from: Point,
  direction: Float64Array,
  first: number,
): Point | undefined {
  const slope = dot(from.gradient, direction)
  if (!(slope < 0)) return undefined
  const trial = (length: number): Trial => {
    const point = at(from.w.map((value, i) => value + length * direction[i]!))
    return { length, point, slope: dot(point.gradient, direction) }
  }
  // Near the minimum values differ by rounding only: there the slope decides.
  const isTooHigh = ({ length, point }: Trial) =>
    !(point.value <= from.value + sufficientDecrease * length * slope + noiseOf(from.value))
  let low: Trial = { length: 0, point: from, slope }
  let high: Trial | undefined
  let next = trial(first)
  for (let i = 0; i < searchSteps; i++) {
    if (isTooHigh(next) || (low.length > 0 && next.point.value >= low.point.value)) high = next
    else if (Math.abs(next.slope) <= -curvature * slope) return next.point
    else {
      if (next.slope * ((high?.length ?? Number.POSITIVE_INFINITY) - low.length) >= 0) high = low
      low = next
    }
    next = trial(high ? between(low, high) : 2 * low.length)
  }
  return low.length > 0 ? low.point : undefined
}

/** Where the cubic through both ends is least, kept off the ends. */
function between(low: Trial, high: Trial): number {
  const width = high.length - low.length
  const a = low.slope + high.slope - (3 * (low.point.value - high.point.value)) / (low.length - high.length)
  const root = Math.sign(width) * Math.sqrt(a * a - low.slope * high.slope)
  const least = high.length - (width * (high.slope + root - a)) / (high.slope - low.slope + 2 * root)
  const share = (least - low.length) / width
  return low.length + width * (Number.isFinite(share) ? Math.min(0.9, Math.max(0.1, share)) : 0.5)
}
