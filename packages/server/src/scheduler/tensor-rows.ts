/** Tensors put together and cut along their first axis: batches are made and taken apart here. */
import { arrayOf, elementCount, type Shape, type Tensor, type TensorData } from '@slipway/core'
import type { ServedDType } from '../oip/datatype.ts'

type Numbers = Exclude<TensorData, readonly string[]>

/** A tensor of zeros, or of empty texts. */
export function emptyTensor(dtype: ServedDType, shape: Shape): Tensor {
  const count = elementCount(shape)
  const data = dtype === 'string' ? new Array<string>(count).fill('') : new (arrayOf(dtype))(count)
  return { kind: 'tensor', dtype, shape, data } as Tensor // data was made for the dtype
}

/**
 * The rows of all parts in one tensor, and behind them as many copies of the last row as `padRows` says. The parts
 * differ in their first size only. A single part without padding is returned as it is.
 */
export function concatRows(parts: readonly Tensor[], padRows = 0): Tensor {
  const first = parts[0]!
  if (parts.length === 1 && padRows === 0) return first
  const rest = first.shape.slice(1)
  const rows = parts.reduce((sum, { shape }) => sum + shape[0]!, padRows)
  const rowSize = elementCount(rest)
  const tensor = emptyTensor(first.dtype as ServedDType, [rows, ...rest]) // only such tensors come in requests
  let at = 0
  for (const { data } of parts) {
    fill(tensor.data, data, at)
    at += data.length
  }
  for (const lastRow = tensor.data.slice(Math.max(0, at - rowSize), at); at < rows * rowSize; at += rowSize)
    fill(tensor.data, lastRow, at)
  return tensor
}

function fill(target: TensorData, source: TensorData, at: number): void {
  if (ArrayBuffer.isView(target))
    target.set(source as never, at) // arrays of the same class
  else for (let i = 0; i < source.length; i++) (target as string[])[at + i] = (source as string[])[i]! // just made here
}

/**
 * Some rows of a tensor, over the same memory: nobody writes to the outputs of a batch, and whoever gives memory away
 * copies what is only part of a buffer.
 */
export function sliceRows(tensor: Tensor, from: number, rows: number): Tensor {
  if (from === 0 && rows === tensor.shape[0]) return tensor
  const rest = tensor.shape.slice(1)
  const rowSize = elementCount(rest)
  const [start, end] = [from * rowSize, (from + rows) * rowSize]
  const data = ArrayBuffer.isView(tensor.data)
    ? tensor.data.subarray(start, end)
    : tensor.data.slice(start, end)
  return { ...tensor, shape: [rows, ...rest], data } as Tensor // a part of the same array
}

/** The same tensor in memory of its own. */
export function copyTensor(tensor: Tensor): Tensor {
  const { data, dtype } = tensor
  if (!ArrayBuffer.isView(data)) return tensor
  // Not slice(), which makes no copy of a Node Buffer.
  const copy = new (arrayOf(dtype as Exclude<ServedDType, 'string'>))(data as never) as Numbers // no text has a view
  return { ...tensor, data: copy } as Tensor // the same class of array
}

/** Each of them in memory of its own. */
export function copyTensors(tensors: ReadonlyMap<string, Tensor>): ReadonlyMap<string, Tensor> {
  return new Map([...tensors].map(([name, tensor]) => [name, copyTensor(tensor)]))
}
