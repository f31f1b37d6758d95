/** Activation functions of recurrent cells, on vectors. */
import { f32x4, op } from '../../wasm/index.ts'
import type { KernelBuilder } from '../kernel.ts'
import { emitExp } from './exp.ts'
import { madd, type V128 } from './vectors.ts'

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

type Emitter = (k: Pick<KernelBuilder, 'm' | 'f' | 'target'>, x: V128, parameters: Activation) => V128

const mul = (a: V128, b: V128 | number) => op('f32x4.mul', a, typeof b === 'number' ? f32x4(b) : b)
const choose = (yes: V128, no: V128, mask: V128) => op('v128.bitselect', yes, no, mask)
/** min and max that keep a NaN in x. */
const atMost = (x: V128, bound: number) => op('f32x4.pmin', x, f32x4(bound))
const atLeast = (x: V128, bound: number) => op('f32x4.pmax', x, f32x4(bound))
const bounded = (x: V128, low: number, high: number) => atLeast(atMost(x, high), low)

const emitters: Readonly<Record<string, Emitter>> = {
  Relu: (_k, x) => atLeast(x, 0),
  Tanh: (k, x) => {
    const power = emitExp(k.f, k.target, mul(bounded(x, -40, 40), 2))
    return op('f32x4.sub', f32x4(1), op('f32x4.div', f32x4(2), op('f32x4.add', power, f32x4(1))))
  },
  Sigmoid: (k, x) => {
    const power = emitExp(k.f, k.target, op('f32x4.neg', bounded(x, -80, 80)))
    return op('f32x4.div', f32x4(1), op('f32x4.add', power, f32x4(1)))
  },
  Affine: (k, x, { alpha, beta }) => madd(k.target, x, f32x4(alpha), f32x4(beta)),
  LeakyRelu: (_k, x, { alpha }) => choose(mul(x, alpha), x, op('f32x4.lt', x, f32x4(0))),
  ThresholdedRelu: (_k, x, { alpha }) => op('v128.and', x, op('f32x4.ge', x, f32x4(alpha))),
  ScaledTanh: (k, x, { alpha, beta }) => mul(emitters['Tanh']!(k, k.f.let(mul(x, beta)), tanh), alpha),
  HardSigmoid: (k, x, { alpha, beta }) => bounded(madd(k.target, x, f32x4(alpha), f32x4(beta)), 0, 1),
  Softsign: (_k, x) => op('f32x4.div', x, op('f32x4.add', op('f32x4.abs', x), f32x4(1))),
}
const tanh: Activation = { name: 'Tanh', alpha: 0, beta: 0 }

/** Whether a function has an emitter. */
export const hasActivation = (name: string): boolean => Object.hasOwn(emitters, name)

/** f(value). */
export function emitActivation(
  k: Pick<KernelBuilder, 'm' | 'f' | 'target'>,
  activation: Activation,
  value: V128,
): V128 {
  const { name, clip } = activation
  const x = k.f.let(clip === undefined ? value : bounded(value, -clip, clip))
  return emitters[name]!(k, x, activation)
}
