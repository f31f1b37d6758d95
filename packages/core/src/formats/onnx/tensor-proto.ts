/** TensorProto → Tensor. Weights in raw_data are viewed in place where their alignment allows it. */
import { type DType, dtypeInfo, tryDTypeOfCode } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits, type Limits } from '../../base/limits.ts'
import { elementCount } from '../../base/shape.ts'
import {
  arrayOf,
  dataLength,
  type NumericData,
  type Tensor,
  type TensorData,
  tensor,
} from '../../base/tensor.ts'
import type { TensorProto } from './onnx_pb.ts'

/** Bytes of a tensor that lies outside the model file. */
export type ExternalBytes = (tensor: TensorProto, byteLength: number) => Uint8Array

export interface TensorReadOptions {
  readonly limits?: Limits
  /** Absent: a tensor with external data is refused. */
  readonly external?: ExternalBytes | undefined
}

/** Throws SLP-F5 for a tensor that breaks a rule, SLP-L4 over the limits, SLP-X1 for external data. */
export function readTensor(
  proto: TensorProto,
  { limits = defaultLimits, external }: TensorReadOptions = {},
): Tensor {
  const dtype = readDType(proto.dataType, proto.name)
  const shape = readDims(proto, limits)
  const count = elementCount(shape)
  if (proto.dataLocation === 1) {
    if (!external) {
      throw new SlipwayError('SLP-X1', `Cannot read tensor "${proto.name}": its data lies in another file`, {
        remedy: 'Load the model from its folder, or give the reader a resolver for external data.',
      })
    }
    return fromRaw(proto.name, dtype, shape, external(proto, rawLength(dtype, shape)))
  }
  if (dtype === 'string') return tensor('string', shape, readStrings(proto, count))
  if (proto.rawData.length > 0) return fromRaw(proto.name, dtype, shape, proto.rawData)
  return tensor(dtype, shape, fromTyped(proto, dtype, shape) as never) // the array follows dtype
}

export function readDType(code: number, name: string): DType {
  const dtype = tryDTypeOfCode(code)
  if (dtype) return dtype
  throw new SlipwayError(
    'SLP-B2',
    `Cannot read tensor "${name}": data_type must be a known code, got ${code}`,
  )
}

function readDims(proto: TensorProto, limits: Limits): number[] {
  let count = 1n
  for (const dim of proto.dims) {
    if (dim < 0n)
      throw new SlipwayError(
        'SLP-F5',
        `Cannot read tensor "${proto.name}": dims must not be negative, got [${proto.dims}]`,
      )
    count *= dim
  }
  if (
    proto.dims.length > limits.rank ||
    count > BigInt(limits.tensorElements) ||
    proto.dims.some((dim) => dim > BigInt(limits.tensorElements))
  ) {
    throw new SlipwayError(
      'SLP-L4',
      `Cannot read tensor "${proto.name}": it may have ${limits.tensorElements} elements and rank ${limits.rank} at most, got [${proto.dims}]`,
    )
  }
  return proto.dims.map(Number)
}

const rawLength = (dtype: DType, shape: readonly number[]): number =>
  Math.ceil((elementCount(shape) * dtypeInfo(dtype).bits) / 8)

function fromRaw(name: string, dtype: DType, shape: readonly number[], bytes: Uint8Array): Tensor {
  if (dtype === 'string')
    throw new SlipwayError('SLP-F5', `Cannot read tensor "${name}": strings must not be in raw_data`)
  const wanted = rawLength(dtype, shape)
  if (bytes.length !== wanted) {
    throw new SlipwayError(
      'SLP-F5',
      `Cannot read tensor "${name}": ${dtype}[${shape}] needs ${wanted} bytes of raw_data, got ${bytes.length}`,
    )
  }
  const Data = arrayOf(dtype)
  const aligned = bytes.byteOffset % Data.BYTES_PER_ELEMENT === 0
  const source = aligned ? bytes : new Uint8Array(bytes)
  const data = new Data(source.buffer as ArrayBuffer, source.byteOffset, dataLength(dtype, shape)) // never shared memory: bytes come from a file
  return tensor(dtype, shape, data as never) // the class was chosen by dtype
}

const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })

function readStrings(proto: TensorProto, count: number): string[] {
  if (proto.stringData.length !== count || proto.rawData.length > 0) {
    throw new SlipwayError(
      'SLP-F5',
      `Cannot read tensor "${proto.name}": ${count} elements need as many string_data entries, got ${proto.stringData.length}`,
    )
  }
  return proto.stringData.map((bytes) => decoder.decode(bytes))
}

/** The typed field that holds a dtype's elements (onnx.proto, TensorProto). */
function typedField(proto: TensorProto, dtype: DType): readonly number[] | readonly bigint[] {
  switch (dtype) {
    case 'float32':
    case 'complex64':
      return proto.floatData
    case 'float64':
    case 'complex128':
      return proto.doubleData
    case 'int64':
      return proto.int64Data
    case 'uint64':
    case 'uint32':
      return proto.uint64Data
    default:
      return proto.int32Data
  }
}

function fromTyped(
  proto: TensorProto,
  dtype: Exclude<DType, 'string'>,
  shape: readonly number[],
): TensorData {
  const list = typedField(proto, dtype)
  const data: NumericData = new (arrayOf(dtype))(dataLength(dtype, shape))
  // float6 has one element per entry here, unlike in raw_data.
  const entries = dtypeInfo(dtype).bits === 6 ? elementCount(shape) : data.length
  if (list.length !== entries) {
    throw new SlipwayError(
      'SLP-F5',
      `Cannot read tensor "${proto.name}": ${dtype}[${shape}] needs ${entries} entries, got ${list.length}`,
    )
  }
  if (dtypeInfo(dtype).bits === 6) return packSix(list as readonly number[]) // int32_data
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (const [i, value] of list.entries()) data[i] = BigInt(value)
  } else {
    for (const [i, value] of list.entries()) data[i] = Number(value)
  }
  return data
}

function packSix(list: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((list.length * 6) / 8))
  list.forEach((pattern, i) => {
    const at = i * 6
    const word = (pattern & 63) << (at & 7)
    bytes[at >> 3] = bytes[at >> 3]! | (word & 0xff)
    if (word > 0xff) bytes[(at >> 3) + 1] = word >> 8
  })
  return bytes
}
