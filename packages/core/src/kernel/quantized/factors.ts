/** What sums of products are multiplied by to come into units of the output: a · b / y for every b. */
import { i32, load, op } from '../../wasm/index.ts'
import { defineKernel, type Kernel, type Place } from '../kernel.ts'
import type { LowerContext, TensorRef } from '../lower.ts'

const params = { a: 'in', b: 'in', y: 'in', to: 'out', count: 'i32', alpha: 'f32' } as const

export interface Factors {
  readonly at: Place
  readonly count: number
}

export interface Scales {
  readonly a: TensorRef
  readonly b: TensorRef
  /** Absent: 1. */
  readonly y: TensorRef | undefined
  /** Whether every step is rounded to float32, or the last one only. */
  readonly steps: 'float32' | 'float64'
  readonly alpha?: number
}

/** Adds the call that computes one factor per element of `b`; scales are float32, `a` and `y` of one element. */
export function lowerFactors(context: LowerContext, { a, b, y, steps, alpha = 1 }: Scales): Factors {
  const count = b.shape.reduce((product, size) => product * size, 1)
  const to = context.temp('factors', 4 * count + 64)
  context.call(factorKernel(steps), { a: a.at, b: b.at, y: y?.at, to, count, alpha }, 1)
  return { at: to, count }
}

function factorKernel(steps: Scales['steps']): Kernel<typeof params> {
  return defineKernel({
    key: `quantized-factors:${steps}`,
    params,
    emit({ f, arg }) {
      const [b, y, to] = [f.let(arg('b')), f.let(arg('y')), f.let(arg('to'))]
      const a = f.let(op('f32.mul', arg('alpha'), load('f32.load', arg('a'))))
      const divisor = f.let(load('f32.load', arg('a')))
      f.if(y, () => f.set(divisor, load('f32.load', y)))
      f.repeat(arg('count'), () => {
        const [left, right] = [a, load('f32.load', b)]
        const wide = (x: typeof right) => op('f64.promote_f32', x)
        f.if(
          y,
          () => {
            const factor =
              steps === 'float32'
                ? op('f32.div', op('f32.mul', left, right), divisor)
                : op('f32.demote_f64', op('f64.div', op('f64.mul', wide(left), wide(right)), wide(divisor)))
            f.store('f32.store', to, factor)
          },
          () => f.store('f32.store', to, op('f32.mul', left, right)),
        )
        f.add(b, i32(4))
        f.add(to, i32(4))
      })
    },
  })
}
