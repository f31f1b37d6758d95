/** Activation functions of recurrent cells, as formulas. */
import { apply1, apply2, choose, type Formula, input, like } from '../formula.ts'
import type { KernelBuilder } from '../kernel.ts'
import { emitVector } from '../vector-formula.ts'
import type { V128 } from './vectors.ts'

export interface Activation {
  readonly name: string
  readonly alpha: number
  readonly beta: number
  /** Bounds the argument to [-clip, clip]. */
  readonly clip?: number | undefined
}

/** Part of the key of a kernel. */
export function activationKey({ name, alpha, beta, clip }: Activation): string {
  return `${name}(${[alpha, beta, ...(clip === undefined ? [] : [clip])].join(' ')})`
}

type Builder = (x: Formula, alpha: Formula, beta: Formula) => Formula

const zero = (x: Formula) => like(0, x)
const mul = (a: Formula, b: Formula) => apply2('mul', a, b)
const add = (a: Formula, b: Formula) => apply2('add', a, b)
const bounded = (x: Formula, low: Formula, high: Formula) => apply2('max', apply2('min', x, high), low)

const builders: Readonly<Record<string, Builder>> = {
  Relu: (x) => apply2('max', x, zero(x)),
  Tanh: (x) => apply1('tanh', x),
  Sigmoid: (x) => apply1('sigmoid', x),
  Affine: (x, alpha, beta) => add(mul(alpha, x), beta),
  LeakyRelu: (x, alpha) => choose(apply2('lt', x, zero(x)), mul(alpha, x), x),
  ThresholdedRelu: (x, alpha) => choose(apply2('ge', x, alpha), x, zero(x)),
  ScaledTanh: (x, alpha, beta) => mul(alpha, apply1('tanh', mul(beta, x))),
  HardSigmoid: (x, alpha, beta) => bounded(add(mul(alpha, x), beta), zero(x), like(1, x)),
  Elu: (x, alpha) => choose(apply2('lt', x, zero(x)), mul(alpha, apply1('expm1', x)), x),
  Softsign: (x) => apply2('div', x, add(like(1, x), apply1('abs', x))),
  // The plain formula overflows for large x.
  Softplus: (x) =>
    add(apply2('max', x, zero(x)), apply1('log1p', apply1('exp', apply1('neg', apply1('abs', x))))),
}

/** Whether a function can be emitted. */
export const hasActivation = (name: string): boolean => Object.hasOwn(builders, name)

/** f(value), by calls of functions of the module. */
export function emitActivation(
  k: Pick<KernelBuilder, 'm' | 'f' | 'target'>,
  { name, alpha, beta, clip }: Activation,
  value: V128,
): V128 {
  const x = k.f.let(value)
  const own = input(0, 'float32')
  const held = clip === undefined ? own : bounded(own, like(-clip, own), like(clip, own))
  const formula = builders[name]!(held, like(alpha, own), like(beta, own))
  return k.f.let(emitVector(formula, { ...k, input: () => x }))
}
