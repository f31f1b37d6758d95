/** Tensors as bytes: little-endian, row-major, no padding; strings with their length before them. */
import { elementCount, type Shape, type Tensor, type TensorData, tensor } from '@slipway/core'
import { type Datatype, dtypeOf, elementBytes } from './datatype.ts'
import { refuseRequest } from './refuse-request.ts'

const arrays = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  BF16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
} as const satisfies Record<Exclude<Datatype, 'BYTES'>, unknown>

const lengthBytes = 4

/** A tensor with a copy of the bytes. Throws SLP-R4 where their number or their content does not fit. */
export function tensorOfBytes(name: string, datatype: Datatype, shape: Shape, bytes: Uint8Array): Tensor {
  const count = elementCount(shape)
  return tensor(dtypeOf(datatype), shape, dataOfBytes(name, datatype, count, bytes) as never) // made for the datatype
}

function dataOfBytes(name: string, datatype: Datatype, count: number, bytes: Uint8Array): TensorData {
  if (datatype === 'BYTES') return splitStrings(name, count, bytes)
  const wanted = count * elementBytes(datatype)
  if (bytes.length !== wanted) {
    refuseRequest(
      `input "${name}" must have ${wanted} bytes of data for ${count} elements of ${datatype}`,
      bytes.length,
    )
  }
  // Copied, since bytes in a request need not be aligned for their type.
  const data = new arrays[datatype](new Uint8Array(bytes).buffer)
  if (datatype === 'BOOL' && data.some((value: number | bigint) => value > 1)) {
    refuseRequest(`elements of input "${name}" must be 0 or 1`, 'another byte')
  }
  return data
}

function splitStrings(name: string, count: number, bytes: Uint8Array): string[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const out: string[] = []
  let at = 0
  while (at < bytes.length) {
    const start = at + lengthBytes
    const end = start <= bytes.length ? start + view.getUint32(at, true) : Number.POSITIVE_INFINITY
    if (end > bytes.length)
      refuseRequest(`elements of input "${name}" must lie within its data`, `byte ${at}`)
    out.push(decodeText(name, bytes.subarray(start, end)))
    at = end
  }
  if (out.length !== count) refuseRequest(`input "${name}" must have ${count} elements`, out.length)
  return out
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Throws SLP-R4: strings of ONNX are UTF-8. */
export function decodeText(name: string, bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    return refuseRequest(`text of ${name} must be UTF-8`, 'other bytes')
  }
}

/** The elements as bytes: those of the tensor itself, not copied, except for strings. */
export function bytesOfTensor({ data }: Tensor): Uint8Array {
  if (!ArrayBuffer.isView(data)) return joinStrings(data)
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function joinStrings(list: readonly string[]): Uint8Array {
  const parts = list.flatMap((text) => {
    const bytes = Buffer.from(text)
    const length = Buffer.alloc(lengthBytes)
    length.writeUInt32LE(bytes.length)
    return [length, bytes]
  })
  return Buffer.concat(parts)
}
