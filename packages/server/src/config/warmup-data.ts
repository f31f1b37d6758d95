/** Tensors to warm a model up with: zeros, random values, or the bytes of a file. */
import { elementCount, type RandomStream, type Shape, type Tensor } from '@slipway/core'
import { tensorOfBytes } from '../oip/binary-tensor.ts'
import { type Datatype, elementBytes } from '../oip/datatype.ts'

/** A string without characters is its length alone. */
const emptyStringBytes = 4

const byteLength = (datatype: Datatype, count: number) => count * (elementBytes(datatype) || emptyStringBytes)

export function zeros(name: string, datatype: Datatype, shape: Shape): Tensor {
  return tensorOfBytes(name, datatype, shape, new Uint8Array(byteLength(datatype, elementCount(shape))))
}

/**
 * Floats from 0 to 1; integers and booleans 0 or 1, which are indices into nearly any table; empty strings. The same
 * stream gives the same values.
 */
export function randomTensor(name: string, datatype: Datatype, shape: Shape, random: RandomStream): Tensor {
  const count = elementCount(shape)
  const bytes = new Uint8Array(byteLength(datatype, count))
  const view = new DataView(bytes.buffer)
  const size = elementBytes(datatype)
  for (let i = 0; i < count; i++) write(view, i * size, datatype, random.uniform())
  return tensorOfBytes(name, datatype, shape, bytes)
}

function write(view: DataView, offset: number, datatype: Datatype, value: number): void {
  if (datatype === 'FP32') view.setFloat32(offset, value, true)
  else if (datatype === 'FP64') view.setFloat64(offset, value, true)
  // The exponent of numbers from 0.5 to 1, with a random mantissa.
  else if (datatype === 'FP16') view.setUint16(offset, 0x3800 | Math.floor(value * 1024), true)
  else if (datatype === 'BF16') view.setUint16(offset, 0x3f00 | Math.floor(value * 128), true)
  else if (datatype !== 'BYTES') view.setUint8(offset, value < 0.5 ? 0 : 1)
}

/** A file has the data of one element of the batch, which all get, or of the whole batch. Throws SLP-R4. */
export function tensorOfFile(
  name: string,
  datatype: Datatype,
  shape: Shape,
  { bytes, batchSize }: { readonly bytes: Uint8Array; readonly batchSize: number },
): Tensor {
  const whole = byteLength(datatype, elementCount(shape))
  const isOne = datatype !== 'BYTES' && batchSize > 1 && bytes.length * batchSize === whole
  const all = isOne ? Buffer.concat(Array.from({ length: batchSize }, () => bytes)) : bytes
  return tensorOfBytes(name, datatype, shape, all)
}
