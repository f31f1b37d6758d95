/** Methods that work element by element, with NumPy's broadcasting. */
import type { DType } from '../../base/dtype.ts'
import { float } from '../../ir/builder.ts'
import { apply, castTo, numberLike } from './apply.ts'
import { type Operand, operands } from './operand.ts'
import type { Tensor } from './tensor.ts'

/** Methods without arguments, and the operators that they apply. */
const unary = {
  abs: 'Abs',
  acos: 'Acos',
  asin: 'Asin',
  atan: 'Atan',
  ceil: 'Ceil',
  cos: 'Cos',
  cosh: 'Cosh',
  erf: 'Erf',
  exp: 'Exp',
  floor: 'Floor',
  log: 'Log',
  logicalNot: 'Not',
  isNan: 'IsNaN',
  isInf: 'IsInf',
  neg: 'Neg',
  reciprocal: 'Reciprocal',
  relu: 'Relu',
  round: 'Round',
  sigmoid: 'Sigmoid',
  sign: 'Sign',
  sin: 'Sin',
  sinh: 'Sinh',
  softplus: 'Softplus',
  softsign: 'Softsign',
  sqrt: 'Sqrt',
  tan: 'Tan',
  tanh: 'Tanh',
  mish: 'Mish',
} as const

/** Methods with another operand. */
const binary = {
  add: 'Add',
  sub: 'Sub',
  mul: 'Mul',
  div: 'Div',
  pow: 'Pow',
  equal: 'Equal',
  greater: 'Greater',
  greaterEqual: 'GreaterOrEqual',
  less: 'Less',
  lessEqual: 'LessOrEqual',
  minimum: 'Min',
  maximum: 'Max',
  logicalAnd: 'And',
  logicalOr: 'Or',
  logicalXor: 'Xor',
} as const

type Unary = Readonly<Record<keyof typeof unary, () => Tensor>>
type Binary = Readonly<Record<keyof typeof binary, (other: Operand) => Tensor>>

export interface GeluOptions {
  /** `tanh` is the approximation that GPT-2 uses; `none`, exact, unless given. */
  readonly approximate?: 'none' | 'tanh'
}

export interface Elementwise extends Unary, Binary {
  square(): Tensor
  /** 1 / sqrt(x). */
  rsqrt(): Tensor
  log1p(): Tensor
  expm1(): Tensor
  /** x · Φ(x). */
  gelu(options?: GeluOptions): Tensor
  /** x · sigmoid(alpha · x); alpha is 1 unless given. */
  silu(alpha?: number): Tensor
  elu(alpha?: number): Tensor
  selu(): Tensor
  leakyRelu(slope?: number): Tensor
  hardSigmoid(): Tensor
  hardSwish(): Tensor
  /** Limits on either side; one of them may be left out. */
  clip(low?: number, high?: number): Tensor
  /** The tensor where the condition holds, else the other. */
  where(condition: Tensor, other: Operand): Tensor
  /** The remainder with the sign of the divisor for integers, of the dividend for floating point. */
  mod(other: Operand): Tensor
  /** The same values in another element type. */
  cast(dtype: DType): Tensor
  /** The same value, through which no gradient passes. */
  detach(): Tensor
}

const unaries = Object.fromEntries(
  Object.entries(unary).map(([name, op]) => [
    name,
    function (this: Tensor) {
      return this.derive(apply(op, [this.cell]))
    },
  ]),
) as Unary // one method for each key

const binaries = Object.fromEntries(
  Object.entries(binary).map(([name, op]) => [
    name,
    function (this: Tensor, other: Operand) {
      return this.derive(apply(op, operands(this, other)))
    },
  ]),
) as Binary // one method for each key

type Rest = Omit<Elementwise, keyof Unary | keyof Binary>

const rest: Rest & ThisType<Tensor> = {
  square() {
    return this.mul(this)
  },
  rsqrt() {
    return this.sqrt().reciprocal()
  },
  log1p() {
    return this.add(1).log()
  },
  expm1() {
    return this.exp().sub(1)
  },
  gelu({ approximate = 'none' } = {}) {
    return this.derive(apply('Gelu', [this.cell], { approximate }))
  },
  silu(alpha = 1) {
    return this.derive(apply('Swish', [this.cell], { alpha: float(alpha) }))
  },
  elu(alpha = 1) {
    return this.derive(apply('Elu', [this.cell], { alpha: float(alpha) }))
  },
  selu() {
    return this.derive(apply('Selu', [this.cell]))
  },
  leakyRelu(slope = 0.01) {
    return this.derive(apply('LeakyRelu', [this.cell], { alpha: float(slope) }))
  },
  hardSigmoid() {
    return this.derive(apply('HardSigmoid', [this.cell], { alpha: float(1 / 6) }))
  },
  hardSwish() {
    return this.derive(apply('HardSwish', [this.cell]))
  },
  clip(low, high) {
    const bound = (value: number | undefined) =>
      value === undefined ? undefined : numberLike(value, this.cell)
    return this.derive(apply('Clip', [this.cell, bound(low), bound(high)]))
  },
  where(condition, other) {
    return this.derive(apply('Where', [condition.cell, ...operands(this, other)]))
  },
  mod(other) {
    const pair = operands(this, other)
    return this.derive(apply('Mod', pair, { fmod: this.dtype.startsWith('float') ? 1 : 0 }))
  },
  cast(dtype) {
    return this.derive(castTo(this.cell, dtype))
  },
  detach() {
    return this.derive(apply('StopGradient', [this.cell], {}, { domain: 'ai.slipway' }))
  },
}

export const elementwise: Elementwise & ThisType<Tensor> = { ...unaries, ...binaries, ...rest }
