/** What the window operators share: sums of cosines over a number of samples. */
import { dtypeInfo, isFloat } from '../../../base/dtype.ts'
import type { WideTensor } from '../../../base/wide.ts'
import type { GraphBuilder } from '../../../ir/builder.ts'
import { attr } from '../../attr.ts'
import type { InferContext, KernelContext } from '../../define.ts'
import { type TensorFact, tensorFact, valuesOf } from '../../fact.ts'
import { refuse, refuseValue } from '../../refuse.ts'
import { dtypeOfAttr } from '../../shared/dtype-attr.ts'
import { scalarIn } from '../../shared/elements.ts'
import { fromNumbers } from '../../shared/elementwise.ts'
import { outputDType } from '../../shared/output-dtype.ts'
import { requireScalar } from '../../shared/require.ts'
import { numbers } from '../../types.ts'

export const windowAttrs = { periodic: attr.int(1), output_datatype: attr.int(1) } as const

interface WindowAttrs {
  readonly periodic: number
  readonly output_datatype: number
}

/** A vector as long as `size` says, in the type that output_datatype names. */
export function inferWindow(size: TensorFact, attrs: WindowAttrs, { freshDim }: InferContext): TensorFact {
  requireScalar('size', size)
  const length = valuesOf(size)?.[0] ?? freshDim('window')
  if (typeof length === 'number' && length < 0) refuse('size must not be negative', length)
  return tensorFact(dtypeOfAttr('output_datatype', attrs.output_datatype, numbers), [length])
}

/**
 * Σ c[j] cos(2πjn / N) at sample n, with N = size for a periodic and size - 1 for a symmetric window. A symmetric
 * window of one sample, where N is 0, is 1.
 */
export function cosineWindow(
  size: WideTensor,
  { periodic }: WindowAttrs,
  coefficients: readonly number[],
  context: KernelContext,
): WideTensor {
  const length = scalarIn('size', size)
  if (length < 0) refuseValue('size must not be negative', length)
  context.checkElements(length)
  const period = periodic ? length : length - 1
  return fromNumbers(outputDType(context), [length], (n) =>
    period === 0
      ? 1
      : coefficients.reduce((sum, c, j) => sum + c * Math.cos((2 * Math.PI * j * n) / period), 0),
  )
}

/** The same from Range, Cos and arithmetic in float32; undefined for types that float32 does not serve. */
export function buildWindow(
  b: GraphBuilder,
  size: string,
  { periodic, output_datatype: code }: WindowAttrs,
  coefficients: readonly number[],
): string | undefined {
  const dtype = dtypeOfAttr('output_datatype', code, numbers)
  if (!isFloat(dtype) || dtype === 'float64') return undefined
  const number = (value: number) => b.literal('float32', value)
  const length = b.node('Reshape', [b.node('Cast', [size], { to: 1 }), b.literal('int64', [])])
  const period = periodic ? length : b.node('Sub', [length, number(1)])
  const noPeriod = b.node('Equal', [period, number(0)])
  const divisor = b.node('Where', [noPeriod, number(1), period])
  const samples = b.node('Range', [number(0), length, number(1)])
  const terms = coefficients.slice(1).map((c, j) => {
    const angle = b.node('Div', [b.node('Mul', [samples, number(2 * Math.PI * (j + 1))]), divisor])
    return b.node('Mul', [b.node('Cos', [angle]), number(c)])
  })
  const sum = terms.reduce((a, term) => b.node('Add', [a, term]), number(coefficients[0]!))
  const window = b.node('Where', [noPeriod, number(1), sum])
  return b.node('Cast', [window], { to: dtypeInfo(dtype).code })
}
