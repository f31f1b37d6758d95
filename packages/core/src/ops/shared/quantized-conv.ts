/** The exact integer accumulation behind the quantized convolutions. */
import { elementCount, type Shape } from '../../base/shape.ts'
import type { WideTensor } from '../../base/wide.ts'
import type { KernelContext } from '../define.ts'
import { convolve } from './convolution.ts'
import { floatsOf } from './elements.ts'
import { type WindowSpec, windowAxes } from './window.ts'

export interface IntegerConvArgs {
  readonly x: WideTensor
  readonly w: WideTensor
  readonly xZeroPoint: WideTensor | undefined
  /** A scalar, or one per map. */
  readonly wZeroPoint: WideTensor | undefined
  readonly bias?: WideTensor | undefined
}

export interface IntegerConv {
  readonly shape: Shape
  /** Sums of products of 8-bit values: exact in float64 up to 2^37 taps. */
  readonly sums: Float64Array
  /** Elements of one output map. */
  readonly plane: number
}

/** Σ (x - xZeroPoint) * (w - wZeroPoint) + bias; padding counts as xZeroPoint. */
export function convolveIntegers(
  { x, w, xZeroPoint, wZeroPoint, bias }: IntegerConvArgs,
  attrs: WindowSpec & { readonly group: number },
  { checkCancelled, checkElements }: KernelContext,
): IntegerConv {
  const axes = windowAxes(x.shape.slice(2), w.shape.slice(2), attrs)
  const shape = [x.shape[0]!, w.shape[0]!, ...axes.map((axis) => axis.output)]
  checkElements(elementCount(shape))
  const sums = convolve({
    x: minusZeroPoint(x, xZeroPoint, elementCount(x.shape)),
    xShape: x.shape,
    w: minusZeroPoint(w, wZeroPoint, elementCount(w.shape.slice(1))),
    wShape: w.shape,
    bias: bias && floatsOf(bias),
    group: attrs.group,
    axes,
    checkCancelled,
  })
  return { shape, sums, plane: elementCount(shape.slice(2)) }
}

function minusZeroPoint(x: WideTensor, zeroPoint: WideTensor | undefined, block: number): Float64Array {
  const data = floatsOf(x)
  if (!zeroPoint) return data
  const zeros = floatsOf(zeroPoint)
  return data.map((value, i) => value - (zeros.length === 1 ? zeros[0]! : zeros[Math.floor(i / block)]!))
}
