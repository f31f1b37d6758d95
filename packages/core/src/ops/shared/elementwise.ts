/** Loops of the elementwise reference kernels, over float64 or BigInt elements. */
import type { DType } from '../../base/dtype.ts'
import { lanesOf, type WideTensor, wideZeros } from '../../base/wide.ts'
import { refuseValue } from '../refuse.ts'
import { broadcastAll } from './broadcast.ts'

export interface UnaryKernel {
  readonly float: (x: number) => number
  /** For int64 and uint64; absent where the operator has no such type. */
  readonly int?: (x: bigint) => bigint
}

/** f of every element, in the same dtype. */
export function mapElements(x: WideTensor, { float, int }: UnaryKernel): WideTensor {
  const out = wideZeros(x.dtype, x.shape)
  const { data } = x
  if (data instanceof Float64Array) {
    for (let i = 0; i < data.length; i++) out.data[i] = float(data[i]!)
  } else if (Array.isArray(data) || !int) {
    refuseValue('elements must be numbers of another type', x.dtype)
  } else {
    for (let i = 0; i < data.length; i++) out.data[i] = int(data[i]!)
  }
  return out
}

export interface BinaryKernel {
  readonly float: (a: number, b: number) => number
  readonly int?: (a: bigint, b: bigint) => bigint
}

/** f of every pair of elements after broadcasting, in dtype of `a`. */
export function zipElements(a: WideTensor, b: WideTensor, { float, int }: BinaryKernel): WideTensor {
  const { shape, tensors } = broadcastAll([a, b])
  const [left, right] = [tensors[0]!.data, tensors[1]!.data]
  const out = wideZeros(a.dtype, shape)
  if (left instanceof Float64Array && right instanceof Float64Array) {
    for (let i = 0; i < left.length; i++) out.data[i] = float(left[i]!, right[i]!)
  } else if (Array.isArray(left) || Array.isArray(right) || !int) {
    refuseValue('elements must be numbers of another type', a.dtype)
  } else {
    for (let i = 0; i < left.length; i++) out.data[i] = int(BigInt(left[i]!), BigInt(right[i]!))
  }
  return out
}

/** f over all inputs from the first to the last, element by element after broadcasting. */
export function reduceElements(inputs: readonly WideTensor[], kernel: BinaryKernel): WideTensor {
  return inputs.reduce((left, right) => zipElements(left, right, kernel))
}

/** A bool tensor: whether f holds for each element of a tensor that is wide as float64. */
export function testElements(x: WideTensor, holds: (x: number) => boolean): WideTensor {
  return fromNumbers('bool', x.shape, (i) => (holds(Number(x.data[i])) ? 1 : 0))
}

/** A bool tensor: whether f holds for each pair of elements after broadcasting. Any dtype without lanes. */
export function testPairs(
  a: WideTensor,
  b: WideTensor,
  holds: (a: number | bigint | string, b: number | bigint | string) => boolean,
): WideTensor {
  const { shape, tensors } = broadcastAll([a, b])
  if (lanesOf(a.dtype) !== 1) refuseValue('elements must not be complex', a.dtype)
  const [left, right] = [tensors[0]!.data, tensors[1]!.data]
  const out = wideZeros('bool', shape)
  for (let i = 0; i < left.length; i++) out.data[i] = holds(left[i]!, right[i]!) ? 1 : 0
  return out
}

/** A new tensor of another dtype from numbers computed per element. */
export function fromNumbers(
  dtype: DType,
  shape: readonly number[],
  value: (index: number) => number,
): WideTensor {
  const out = wideZeros(dtype, shape)
  for (let i = 0; i < out.data.length; i++) {
    const number = value(i)
    out.data[i] = out.data instanceof Float64Array ? number : (BigInt(Math.trunc(number)) as never) // dtype decides the array
  }
  return out
}
