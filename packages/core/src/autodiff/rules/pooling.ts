/** Gradients of pools. Where a maximum is there several times, the first one gets its gradient, as in PyTorch. */
import { elementCount } from '../../base/shape.ts'
import { averagePool } from '../../ops/average-pool.ts'
import { globalAveragePool } from '../../ops/global-average-pool.ts'
import { globalLpPool } from '../../ops/global-lp-pool.ts'
import { globalMaxPool } from '../../ops/global-max-pool.ts'
import { lpPool } from '../../ops/lp-pool.ts'
import { maxPool } from '../../ops/max-pool.ts'
import { type PoolSpec, poolAxes } from '../../ops/shared/pool.ts'
import { fullWindowSpec } from '../../ops/shared/window.ts'
import { windowCountsOf } from '../../ops/shared/window-counts.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'
import { knownSize, spreadOverWindows, unknownSize } from '../window-gradient.ts'

export const maxPoolGradient = defineGradient(
  maxPool,
  ({ b, inputs: { X }, gradients: { Y }, attrs: { storage_order: _, ...spec } }) =>
    Y === undefined ? {} : { X: b.node('MaxPoolGrad', [X, Y], spec, { domain: 'ai.slipway' }) },
)

/** The sum over windows of `factor` times their gradients. */
function spreadEvenly(b: TypedBuilder, m: Maths, { over, gradient, spec, factor = 1 }: Spread): string {
  const kernel = spec.kernel_shape
  const channels = knownSize(b, over, 1)
  const weights = b.node('Expand', [b.literal(b.dtype(over), factor), m.ints([channels, 1, ...kernel])])
  return spreadOverWindows(b, { over, gradient, weights, group: channels, spec, kernel })
}

interface Spread {
  readonly over: string
  readonly gradient: string
  readonly spec: PoolSpec
  readonly factor?: number
}

export const averagePoolGradient = defineGradient(
  averagePool,
  ({ b, m, inputs: { X }, gradients: { Y }, attrs: { count_include_pad, ...spec } }) => {
    const countsPadding = count_include_pad === 1
    const pads = fullWindowSpec(spec.kernel_shape.length, spec)
    const isPadded =
      spec.auto_pad.startsWith('SAME') || [...pads.padBegin, ...pads.padEnd].some((pad) => pad > 0)
    const isEven = spec.ceil_mode === 0 && (countsPadding || !isPadded)
    const gradient = isEven ? Y : m.div(Y, countsOf(b, m, X, spec, countsPadding))
    const factor = isEven ? 1 / elementCount(spec.kernel_shape) : 1
    return { X: spreadEvenly(b, m, { over: X, gradient, spec, factor }) }
  },
)

/** How many elements each window's mean is taken over, at least 1. */
function countsOf(b: TypedBuilder, m: Maths, x: string, spec: PoolSpec, countsPadding: boolean): string {
  const sizes = b.shape(x).slice(2)
  const known = sizes.filter((size) => typeof size === 'number')
  if (known.length === sizes.length) {
    const axes = poolAxes([1, 1, ...known], spec)
    const counts = Array.from(windowCountsOf(axes, countsPadding), (count) => Math.max(1, count))
    return m.reshape(
      b.literal(b.dtype(x), counts),
      axes.map(({ output }) => output),
    )
  }
  // Padding counts up to its end, which a window beyond it passes.
  if (countsPadding)
    throw unknownSize(b, x, 2 + sizes.findIndex((size) => typeof size !== 'number'), 'windows')
  const shape = b.node('Concat', [m.ints([1, 1]), b.node('Shape', [x], { start: 2 })], { axis: 0 })
  const ones = b.node('Expand', [b.literal(b.dtype(x), 1), shape])
  return b.node('Max', [b.node('LpPool', [ones], { ...spec, p: 1 }), b.literal(b.dtype(x), 1)])
}

// d(Σ|x|^p)^(1/p)/dx = x·|x|^(p-2)·y^(1-p), which is taken to be 0 where y is.
export const lpPoolGradient = defineGradient(
  lpPool,
  ({ b, m, inputs: { X }, outputs: { Y: y }, gradients: { Y }, attrs: { p, ...spec } }) => {
    const spread = spreadEvenly(b, m, { over: X, gradient: normFactor(m, Y, y, p), spec })
    return { X: m.mul(normSlope(m, X, p), spread) }
  },
)

export const globalLpPoolGradient = defineGradient(
  globalLpPool,
  ({ m, inputs: { X }, outputs: { Y: y }, gradients: { Y }, attrs: { p } }) => ({
    X: m.mul(normSlope(m, X, p), normFactor(m, Y, y, p)),
  }),
)

function normFactor(m: Maths, gradient: string, y: string, p: number): string {
  if (p === 1) return gradient
  const divided = m.div(gradient, p === 2 ? y : m.pow(y, p - 1))
  return m.where(m.equal(y, 0), 0, divided)
}

function normSlope(m: Maths, x: string, p: number): string {
  if (p === 1) return m.sign(x)
  return p === 2 ? x : m.mul(m.sign(x), m.pow(m.abs(x), p - 1))
}

export const globalAveragePoolGradient = defineGradient(
  globalAveragePool,
  ({ b, m, inputs: { X }, gradients: { Y } }) => {
    const sizes = b.shape(X).slice(2)
    const known = sizes.filter((size) => typeof size === 'number')
    const count =
      known.length === sizes.length
        ? elementCount(known)
        : m.castLike(b.node('ReduceProd', [b.node('Shape', [X], { start: 2 })], { keepdims: 0 }), Y)
    return { X: m.expandLike(m.div(Y, count), X) }
  },
)

export const globalMaxPoolGradient = defineGradient(
  globalMaxPool,
  ({ b, m, inputs: { X }, gradients: { Y } }) => {
    const flat = m.reshape(X, [0, 0, -1])
    const place = b.node('ArgMax', [flat], { axis: 2 })
    const zeros = m.fullLike(flat, 0)
    const sum = b.node('ScatterElements', [zeros, place, m.reshape(Y, [0, 0, 1])], {
      axis: 2,
      reduction: 'add',
    })
    return { X: m.reshapeLike(sum, X) }
  },
)
