/** The transforms that optimisers are made of. */

import type { Tensor } from '../tensor/tensor.ts'
import type { Variable } from '../variable.ts'
import { type Rate, rateAt } from './schedule.ts'
import { type Change, each, type Transform } from './transform.ts'

export interface AdamOptions {
  /** Decay of the mean of gradients; 0.9 unless given. */
  readonly beta1?: number
  /** Decay of the mean of their squares; 0.999 unless given. */
  readonly beta2?: number
  /** 1e-8 unless given. */
  readonly epsilon?: number
}

/** Gradients divided by the root of the mean of their squares, both means corrected for their start at zero. */
export function scaleByAdam({ beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8 }: AdamOptions = {}): Transform {
  return (changes, context) => {
    const count = context.step.add(1)
    const correct1 = power(beta1, count).neg().add(1)
    const correct2 = power(beta2, count).neg().add(1).sqrt()
    return each((gradient, variable) => {
      const mean = average(context.slot(variable, 'exp_avg'), gradient, beta1)
      const square = average(context.slot(variable, 'exp_avg_sq'), gradient.mul(gradient), beta2)
      return mean.div(correct1).div(square.sqrt().div(correct2).add(epsilon))
    })(changes, context)
  }
}

export interface MomentumOptions {
  readonly momentum: number
  /** 0 unless given, as in PyTorch. */
  readonly dampening?: number
  readonly nesterov?: boolean
}

/** Gradients added up with decay: PyTorch's momentum, which begins with the first gradient. */
export function trace({ momentum, dampening = 0, nesterov = false }: MomentumOptions): Transform {
  return each((gradient, variable, { slot, step }) => {
    const kept = slot(variable, 'momentum_buffer')
    // The first gradient is not dampened.
    const share =
      dampening === 0 ? gradient : gradient.mul(step.greater(0).cast(gradient.dtype).mul(-dampening).add(1))
    const next = kept.tensor.mul(momentum).add(share)
    void kept.assign(next)
    return nesterov ? gradient.add(next.mul(momentum)) : next
  })
}

export interface RmsOptions {
  /** Decay of the mean of squares; 0.99 unless given. */
  readonly alpha?: number
  /** 1e-8 unless given. */
  readonly epsilon?: number
  /** True: divided by the deviation from the mean of gradients. */
  readonly centered?: boolean
}

/** Gradients divided by the root of the mean of their squares (Tieleman and Hinton, 2012). */
export function scaleByRms({ alpha = 0.99, epsilon = 1e-8, centered = false }: RmsOptions = {}): Transform {
  return each((gradient, variable, { slot }) => {
    const square = average(slot(variable, 'square_avg'), gradient.mul(gradient), alpha)
    if (!centered) return gradient.div(square.sqrt().add(epsilon))
    const mean = average(slot(variable, 'grad_avg'), gradient, alpha)
    return gradient.div(square.sub(mean.mul(mean)).sqrt().add(epsilon))
  })
}

/** Gradients divided by the root of the sum of all their squares so far (Duchi et al., 2011). */
export function scaleByAdagrad({ epsilon = 1e-10 }: { readonly epsilon?: number } = {}): Transform {
  return each((gradient, variable, { slot }) => {
    const sum = slot(variable, 'sum')
    const next = sum.tensor.add(gradient.mul(gradient))
    void sum.assign(next)
    return gradient.div(next.sqrt().add(epsilon))
  })
}

/** Adds the variable itself, times a number: decoupled weight decay (Loshchilov and Hutter, 2019). */
export function addDecayedWeights(
  decay: number,
  filter: (variable: Variable) => boolean = () => true,
): Transform {
  return each((value, variable) => (filter(variable) ? value.add(variable.tensor.mul(decay)) : value))
}

/** Each change is scaled so that it is as large beside its variable as the others beside theirs (You et al., 2020). */
export function scaleByTrustRatio(): Transform {
  return each((value, variable) => {
    const [weight, change] = [variable.tensor.norm(), value.norm()]
    const isUsable = weight.greater(0).logicalAnd(change.greater(0))
    return value.mul(weight.div(change.maximum(1e-30)).where(isUsable, 1))
  })
}

/**
 * The nearest orthogonal matrix of each change, by five steps of Newton and Schulz's iteration (Jordan et al., "Muon",
 * 2024). Only matrices: variables of other ranks pass unchanged; kernels of convolutions are matrices of their maps.
 */
export function orthogonalize(): Transform {
  return each((value) => (value.rank < 2 ? value : newtonSchulz(value)))
}

/** Coefficients of the quintic of Muon's reference code, whose slope at 0 is as steep as convergence allows. */
const quintic = [3.4445, -4.775, 2.0315] as const

function newtonSchulz(value: Tensor): Tensor {
  const [rows, ...rest] = value.shape
  const columns = rest.reduce((product, size) => product * size, 1)
  const isTall = rows! > columns
  const flat = value.reshape([rows!, columns])
  const [a, b, c] = quintic
  let x = isTall ? flat.transpose() : flat
  x = x.div(x.norm().add(1e-7))
  for (let i = 0; i < 5; i++) {
    const gram = x.matmul(x.transpose())
    const bend = gram.mul(b).add(gram.matmul(gram).mul(c))
    x = x.mul(a).add(bend.matmul(x))
  }
  const scale = Math.sqrt(Math.max(1, rows! / columns))
  return (isTall ? x.transpose() : x).mul(scale).reshape(value.shape)
}

/** All gradients scaled down together where their norm is over the limit. Reports `gradientNorm`. */
export function clipByGlobalNorm(limit: number): Transform {
  return (changes, context) => {
    const norm = globalNorm(changes)
    context.report('gradientNorm', norm)
    const factor = norm.add(1e-6).reciprocal().mul(limit).minimum(1)
    return changes.map(({ variable, value }) => ({ variable, value: value.mul(factor) }))
  }
}

/** Each element of each gradient within -limit and limit. */
export function clipByValue(limit: number): Transform {
  return each((gradient) => gradient.clip(-limit, limit))
}

/** Down the slope, by the learning rate. Reports `learningRate`. */
export function scaleByLearningRate(rate: Rate): Transform {
  return (changes, context) => {
    const now = rateAt(rate, context.step)
    context.report('learningRate', now)
    const factor = now.neg()
    return changes.map(({ variable, value }) => ({ variable, value: value.mul(factor) }))
  }
}

/** The norm of all values as one vector. */
export function globalNorm(changes: readonly Change[]): Tensor {
  const squares = changes.map(({ value }) => value.mul(value).sum())
  return squares
    .slice(1)
    .reduce((sum, one) => sum.add(one), squares[0]!)
    .sqrt()
}

function average(kept: Variable, value: Tensor, decay: number): Tensor {
  const next = kept.tensor.mul(decay).add(value.mul(1 - decay))
  void kept.assign(next)
  return next
}

function power(base: number, exponent: Tensor): Tensor {
  return exponent.mul(Math.log(base)).exp()
}
