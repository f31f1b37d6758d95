/** Scales and zero points around an operator: the patterns of DequantizeLinear and QuantizeLinear and their checks. */
import type { DType } from '../../base/dtype.ts'
import type { Tensor } from '../../base/tensor.ts'
import { literalTensor } from '../../ir/builder.ts'
import type { Guard, Match } from '../define.ts'
import type { Emit } from '../emit.ts'
import type { GraphView } from '../graph-view.ts'
import { type NodePattern, op, optional, type PatternInit } from '../pattern.ts'
import { sameElements, tryNumbers, tryScalar } from '../tensors.ts'

/** A dequantized value; captures `x`, `xScale` and `xZero`. */
export const dequantized = (x: string): NodePattern =>
  op('DequantizeLinear', [x, `${x}Scale`, optional(`${x}Zero`)], {
    as: `${x}Dequantized`,
    attributes: { block_size: 0 },
  })

/** A quantized value; captures `yScale` and `yZero`. */
export const quantizing = (value: PatternInit): NodePattern =>
  op('QuantizeLinear', [value, 'yScale', optional('yZero')], { attributes: { block_size: 0, precision: 0 } })

const isSingle = (view: GraphView, name: string): boolean =>
  view.shape(name)?.every((size) => size === 1) ?? false

/** One scale and one zero point for each captured tensor, in float32. */
export function perTensor(...names: readonly string[]): Guard {
  return ({ view, value, tryValue }) => {
    const wrong = names
      .flatMap((name) => [value(`${name}Scale`), tryValue(`${name}Zero`)])
      .find((name) => name !== undefined && !isSingle(view, name))
    if (wrong !== undefined) return `"${wrong}" must have one element`
    const scale = names.map((name) => value(`${name}Scale`)).find((name) => view.dtype(name) !== 'float32')
    return scale === undefined || `the scale "${scale}" must be float32`
  }
}

/** The zero point of a captured tensor, or the 0 of its type that is meant where it is omitted. */
export function zeroOf(match: Match, emit: Emit, name: string, dtype: DType): string {
  return match.tryValue(`${name}Zero`) ?? emit.literal(dtype, 0)
}

/** The type that the root quantizes to. */
export function quantizedType({ view, root }: Match): DType {
  return view.dtype(root.outputs[0]!) ?? 'uint8'
}

/** True where two captured tensors have the same scale and zero point for sure. */
export function sameScaling(match: Match, a: string, b: string): boolean {
  const { constant, value, tryValue } = match
  const same = (p: string, q: string) => {
    const [left, right] = [constant(p), constant(q)]
    return (
      tryValue(p) === tryValue(q) || (left !== undefined && right !== undefined && sameNumbers(left, right))
    )
  }
  const isZero = (name: string) => tryValue(name) === undefined || tryScalar(constant(name)) === 0
  const zeros = same(`${a}Zero`, `${b}Zero`) || (isZero(`${a}Zero`) && isZero(`${b}Zero`))
  return zeros && (value(`${a}Scale`) === value(`${b}Scale`) || same(`${a}Scale`, `${b}Scale`))
}

const sameNumbers = (a: Tensor, b: Tensor): boolean =>
  a.dtype === b.dtype &&
  a.data.length === b.data.length &&
  sameElements({ ...a, shape: [] }, { ...b, shape: [] })

/**
 * A bias as 32-bit integers in units of the product of two scales, one number per channel. A bias that is quantized
 * so already is taken as it is; another moves by half a unit at most.
 */
export function tryBias(match: Match, name: string, units: Float64Array, count: number): Tensor | undefined {
  const { view, value } = match
  const stored = view.producer(value(name))
  const isQuantized = stored?.op === 'DequantizeLinear' && stored.domain === ''
  const [x, scale, zero] = (isQuantized ? stored.inputs : [value(name)]).map((input) => view.constant(input))
  const numbers = x && tryNumbers(x)
  const scales = isQuantized ? scale && tryNumbers(scale) : Float64Array.of(1)
  const zeros = isQuantized && (stored.inputs[2] ?? '') !== '' ? zero && tryNumbers(zero) : Float64Array.of(0)
  if (!numbers || !scales || !zeros || ![1, count].includes(numbers.length)) return undefined
  const at = (list: Float64Array, i: number) => list[list.length === 1 ? 0 : i]!
  const bias = Array.from({ length: count }, (_, i) =>
    Math.round(((at(numbers, i) - at(zeros, i)) * at(scales, i)) / at(units, i)),
  )
  return bias.every((unit) => Math.abs(unit) < 2 ** 31) ? literalTensor('int32', bias) : undefined
}
