/** Learning rates that change with the number of steps, as part of the compiled step. */
import { full, where } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** A rate by the number of steps so far, a float32 scalar that is 0 in the first step. */
export type Schedule = (step: Tensor) => Tensor

/** A number, or a schedule. */
export type Rate = number | Schedule

/** The rate of a step. */
export function rateAt(rate: Rate, step: Tensor): Tensor {
  return typeof rate === 'number' ? full([], rate) : rate(step)
}

/** From `from` to `to` in equal steps, and `to` from then on. */
export function linearSchedule(from: number, to: number, steps: number): Schedule {
  return (step) =>
    progress(step, steps)
      .mul(to - from)
      .add(from)
}

/** Along half a cosine from `from` to `to`, which stays (Loshchilov and Hutter, "SGDR", 2017). */
export function cosineSchedule(from: number, to: number, steps: number): Schedule {
  return (step) =>
    progress(step, steps)
      .mul(Math.PI)
      .cos()
      .add(1)
      .mul((from - to) / 2)
      .add(to)
}

/** Times `factor` after every `every` steps. */
export function stepSchedule(start: number, factor: number, every: number): Schedule {
  return (step) => step.div(every).floor().mul(Math.log(factor)).exp().mul(start)
}

/** Times `factor` in each step. */
export function exponentialSchedule(start: number, factor: number): Schedule {
  return (step) => step.mul(Math.log(factor)).exp().mul(start)
}

/** Up from 0 in `steps` equal steps, the first of which is not 0, and then the other schedule from its beginning. */
export function warmup(steps: number, after: Rate): Schedule {
  const peak = (step: Tensor) => rateAt(after, step.mul(0))
  return (step) => {
    const rising = step.add(1).div(steps).mul(peak(step))
    return where(step.less(steps), rising, rateAt(after, step.sub(steps).maximum(0)))
  }
}

export interface OneCycleOptions {
  /** The greatest rate. */
  readonly peak: number
  readonly steps: number
  /** The part of the steps in which the rate rises; 0.3 unless given. */
  readonly rise?: number
  /** The first rate is `peak` divided by this; 25 unless given. */
  readonly startDivisor?: number
  /** The last rate is the first one divided by this; 1e4 unless given. */
  readonly endDivisor?: number
}

/** Up to a peak and down again along cosines (Smith and Topin, "Super-convergence", 2018). */
export function oneCycle(options: OneCycleOptions): Schedule {
  const { peak, steps, rise = 0.3, startDivisor = 25, endDivisor = 1e4 } = options
  const first = peak / startDivisor
  const top = Math.max(1, Math.round(rise * steps))
  const up = cosineSchedule(first, peak, top)
  const down = cosineSchedule(peak, first / endDivisor, Math.max(1, steps - top))
  return (step) => where(step.less(top), up(step), down(step.sub(top).maximum(0)))
}

/** From 0 to 1, where it stays. */
function progress(step: Tensor, steps: number): Tensor {
  return step.div(steps).clip(0, 1)
}
