/** QuantizeLinear and DequantizeLinear: as formulas, and with parameters per slice or per block of an axis. */
import { type DType, dtypeInfo, integerRange, isInteger } from '../../base/dtype.ts'
import { elementCount, normalizeAxis } from '../../base/shape.ts'
import { lowerElementwise } from '../../kernel/elementwise.ts'
import { apply1, choose, convert, type Formula, input, like } from '../../kernel/formula.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { add, clamp, div, isNotNumber, mul, sub } from './formulas.ts'

/** Scale and zero point, as formulas or as tensors. */
export interface Parameters<T> {
  readonly scale: T
  /** Absent: 0. */
  readonly zero: T | undefined
}

const isSmall = (dtype: DType) => isInteger(dtype) && [8, 16].includes(dtypeInfo(dtype).bits)

/** x / scale, rounded half to even, plus the zero point, stopped at the ends of `dtype`; undefined for odd types. */
export function quantizeFormula(
  x: Formula,
  { scale, zero }: Parameters<Formula>,
  dtype: DType,
): Formula | undefined {
  if (scale.dtype !== 'float32' || !isSmall(dtype)) return undefined
  if (x.dtype !== 'float32' && x.dtype !== 'int32') return undefined
  const quotient = div(convert(x, 'float32'), scale)
  const rounded = choose(isNotNumber(quotient), like(0, quotient), apply1('nearest', quotient))
  const shifted = zero ? add(rounded, convert(zero, 'float32')) : rounded
  const [low, high] = integerRange(dtype)
  return convert(clamp(shifted, Number(low), Number(high)), dtype)
}

/** (x - zero point) · scale; undefined for odd types. */
export function dequantizeFormula(
  x: Formula,
  { scale, zero }: Parameters<Formula>,
  dtype: DType,
): Formula | undefined {
  if (scale.dtype !== 'float32' || dtype !== 'float32') return undefined
  if (!isSmall(x.dtype) && x.dtype !== 'int32') return undefined
  // Numbers of up to 16 bits and their differences are exact in float32; the product is rounded once.
  const wide = isSmall(x.dtype) ? 'float32' : 'float64'
  const centred = zero ? sub(convert(x, wide), convert(zero, wide)) : convert(x, wide)
  return convert(mul(centred, convert(scale, wide)), 'float32')
}

/** True where one scale and zero point serve a whole tensor, and broadcast to its shape. */
export function isPerTensor(x: TensorRef, { scale, zero }: Parameters<TensorRef>): boolean {
  return [scale, zero].every(
    (ref) => !ref || (elementCount(ref.shape) === 1 && ref.shape.length <= x.shape.length),
  )
}

export interface Granularity {
  readonly axis: number
  readonly block_size: number
}

type MakeFormula = (x: Formula, parameters: Parameters<Formula>, dtype: DType) => Formula | undefined

/** Lowers either operator for parameters of any granularity. */
export function lowerLinear(
  make: MakeFormula,
  x: TensorRef,
  y: TensorRef,
  parameters: Parameters<TensorRef>,
  granularity: Granularity,
  context: LowerContext,
): Refusal {
  const refs = [x, parameters.scale, ...(parameters.zero ? [parameters.zero] : [])]
  const [from, scale, zero] = refs.map(({ dtype }, i) => input(i, dtype)) as [Formula, Formula, Formula?] // as many
  const formula = make(from, { scale, zero }, y.dtype)
  if (!formula) return `dtypes ${refs.map(({ dtype }) => dtype)} and ${y.dtype}`
  const views = viewsOf(refs, granularity)
  if (!views) return 'blocks that do not divide their axis'
  const [whole, ...others] = views
  return lowerElementwise(context, formula, [whole!, ...others], { ...y, shape: whole!.shape })
}

/** x and its parameters in shapes that broadcast. */
function viewsOf(refs: readonly TensorRef[], { axis, block_size }: Granularity): TensorRef[] | undefined {
  const [x, ...parameters] = refs as readonly [TensorRef, ...TensorRef[]] // x comes first
  const one = (ref: TensorRef) => ({ ...ref, shape: [] })
  if (parameters.every(({ shape }) => elementCount(shape) === 1)) return [x, ...parameters.map(one)]
  const rank = x.shape.length
  const at = rank === 1 ? 0 : normalizeAxis(axis, rank)
  const size = x.shape[at]!
  if (block_size > 0 && size % block_size !== 0) return undefined
  const around = [x.shape.slice(0, at), x.shape.slice(at + 1)] as const
  const axes = block_size > 0 ? [size / block_size, block_size] : [size]
  const view = (ref: TensorRef): TensorRef => {
    if (elementCount(ref.shape) === 1) return one(ref)
    const own = block_size > 0 ? [...around[0], size / block_size, 1, ...around[1]] : undefined
    return { ...ref, shape: own ?? [size, ...around[1].map(() => 1)] }
  }
  return [{ ...x, shape: [...around[0], ...axes, ...around[1]] }, ...parameters.map(view)]
}
