/** The activation functions that recurrent operators name in their attributes. */
import { refuse } from '../refuse.ts'
import { sigmoid } from './math/sigmoid.ts'
import { softplus } from './math/softplus.ts'

export type Activation = (x: number) => number

interface Kind {
  /** Defaults of the parameters the function has. */
  readonly alpha?: number
  readonly beta?: number
  readonly make: (alpha: number, beta: number) => Activation
}

const kinds: Readonly<Record<string, Kind>> = {
  Relu: { make: () => (x) => Math.max(0, x) },
  Tanh: { make: () => Math.tanh },
  Sigmoid: { make: () => sigmoid },
  Affine: { alpha: 1, beta: 0, make: (alpha, beta) => (x) => alpha * x + beta },
  LeakyRelu: { alpha: 0.01, make: (alpha) => (x) => (x >= 0 ? x : alpha * x) },
  ThresholdedRelu: { alpha: 1, make: (alpha) => (x) => (x >= alpha ? x : 0) },
  ScaledTanh: { alpha: 1, beta: 1, make: (alpha, beta) => (x) => alpha * Math.tanh(beta * x) },
  HardSigmoid: {
    alpha: 0.2,
    beta: 0.5,
    make: (alpha, beta) => (x) => Math.min(1, Math.max(0, alpha * x + beta)),
  },
  Elu: { alpha: 1, make: (alpha) => (x) => (x >= 0 ? x : alpha * Math.expm1(x)) },
  Softsign: { make: () => (x) => x / (1 + Math.abs(x)) },
  Softplus: { make: () => softplus },
}

export interface ActivationSpec {
  readonly activations: readonly string[]
  readonly activation_alpha?: readonly number[] | undefined
  readonly activation_beta?: readonly number[] | undefined
}

export interface NamedActivation {
  readonly name: string
  readonly alpha: number
  readonly beta: number
}

/** The named functions in order. */
export function activationsOf(spec: ActivationSpec): Activation[] {
  return namedActivations(spec).map(({ name, alpha, beta }) => kinds[name]!.make(alpha, beta))
}

/**
 * The names in order, with parameters. Each takes its alpha and beta from the front of the lists if it has such
 * parameters at all, and its defaults once they are used up. Throws SLP-O2 for an unknown name.
 */
export function namedActivations(spec: ActivationSpec): NamedActivation[] {
  const alphas = [...(spec.activation_alpha ?? [])]
  const betas = [...(spec.activation_beta ?? [])]
  return spec.activations.map((name) => {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined
    if (!kind) return refuse(`activations must be among ${Object.keys(kinds).join(', ')}`, name)
    const alpha = kind.alpha === undefined ? 0 : (alphas.shift() ?? kind.alpha)
    const beta = kind.beta === undefined ? 0 : (betas.shift() ?? kind.beta)
    return { name, alpha, beta }
  })
}

/** f with its argument bounded to [-clip, clip]; f itself without a clip. */
export function clipped(f: Activation, clip: number | undefined): Activation {
  return clip === undefined ? f : (x) => f(Math.min(clip, Math.max(-clip, x)))
}
