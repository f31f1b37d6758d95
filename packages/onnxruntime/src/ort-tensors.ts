/** Values to and from what ONNX Runtime's JavaScript interface takes. */
import { type DType, SlipwayError, type Tensor, typeText, type Value, type ValueType } from '@slipway/core'
import type { Parcel } from './ort-peer.ts'

/** The types that the interface has; its packages name them as Slipway does. */
const types: ReadonlySet<string> = new Set<DType>([
  'float32',
  'float64',
  'float16',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
  'string',
])

/** Whether tensors of a type get through. Outputs of 4-bit types end the whole process, so nothing may ask for one. */
export const isCarried = (dtype: string): boolean => types.has(dtype)

/** Throws SLP-S3 for a value that the interface cannot take. */
export function toParcel(name: string, value: Value): Parcel {
  if (value.kind !== 'tensor' || !isCarried(value.dtype)) {
    const got = value.kind === 'tensor' ? value.dtype : value.kind
    throw new SlipwayError(
      'SLP-S3',
      `Cannot give input "${name}" to ONNX Runtime: it must be a tensor of a type that JavaScript has, got ${got}`,
      { remedy: 'Use the engine wasm.' },
    )
  }
  return { name, type: value.dtype, dims: value.shape, data: value.data }
}

/** Throws SLP-S3 for an output that the interface cannot give back. */
export function assertCarried(name: string, type: ValueType | undefined): void {
  if (type === undefined || (type.kind === 'tensor' && isCarried(type.dtype))) return
  throw new SlipwayError(
    'SLP-S3',
    `Cannot take output "${name}" from ONNX Runtime: it must be a tensor of a type that JavaScript has, got ${typeText(type)}`,
    { remedy: 'Use the engine wasm.' },
  )
}

/** Throws SLP-S3 for a type that Slipway does not know by that name. */
export function fromParcel({ name, type, dims, data }: Parcel): Tensor {
  if (!isCarried(type))
    throw new SlipwayError('SLP-S3', `Cannot take output "${name}" from ONNX Runtime: got type ${type}`)
  return { kind: 'tensor', dtype: type, shape: dims, data: plainData(type, data) } as Tensor // checked by name
}

/** Bit patterns where newer versions of Node have an array of half floats. */
function plainData(dtype: string, data: Parcel['data']): Parcel['data'] {
  if (dtype !== 'float16' || !ArrayBuffer.isView(data) || data instanceof Uint16Array) return data
  return new Uint16Array(data.buffer, data.byteOffset, data.byteLength / 2)
}
