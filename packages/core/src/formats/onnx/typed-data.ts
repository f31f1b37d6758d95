/** The typed fields of a TensorProto (float_data and its siblings): which dtype uses which, and reading them. */
import { type DType, dtypeInfo } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import { setPacked } from '../../base/packed.ts'
import { elementCount, type Shape } from '../../base/shape.ts'
import { arrayOf, dataLength, type Tensor, tensor } from '../../base/tensor.ts'
import type { TensorProto } from './onnx_pb.ts'
import { quote } from './quote.ts'

/** The fields of a TensorProto that hold typed elements. */
export const typedFields = [
  'floatData',
  'int32Data',
  'stringData',
  'int64Data',
  'doubleData',
  'uint64Data',
] as const
export type TypedField = (typeof typedFields)[number]

/** The field that holds a dtype's elements (onnx.proto, TensorProto). */
export function typedFieldOf(dtype: DType): TypedField {
  switch (dtype) {
    case 'float32':
    case 'complex64':
      return 'floatData'
    case 'float64':
    case 'complex128':
      return 'doubleData'
    case 'int64':
      return 'int64Data'
    case 'uint64':
    case 'uint32':
      return 'uint64Data'
    case 'string':
      return 'stringData'
    default:
      return 'int32Data'
  }
}

function fail(name: string, rule: string, got: string): never {
  throw new SlipwayError('SLP-F5', `Cannot read tensor ${quote(name)}: ${rule}, got ${got}`)
}

/** The field's name in onnx.proto: `int32Data` is int32_data. */
export const protoName = (field: TypedField): string => field.replace(/Data$/, '_data')

/** Throws SLP-F5 unless the data lies in one place only, and in the one that suits the dtype. */
export function checkOneField(proto: TensorProto, dtype: DType): void {
  const own = typedFieldOf(dtype)
  const used = typedFields.filter((field) => proto[field].length > 0)
  const wrong = used.find((field) => field !== own)
  if (wrong) fail(proto.name, `${dtype} must not use ${protoName(wrong)}`, `${proto[wrong].length} entries`)
  if (proto.rawData.length > 0 && dtype === 'string')
    fail(proto.name, 'strings must not be in raw_data', 'raw_data')
  const places = used.length + (proto.rawData.length > 0 ? 1 : 0)
  if (places > 1) fail(proto.name, 'data must lie in one field', `raw_data and ${protoName(own)}`)
  if (places > 0 && proto.dataLocation === 1)
    fail(proto.name, 'external data excludes data in the file', 'both')
}

/** Entries that a dtype's storage can hold; sub-byte and small float types may be written with or without sign. */
function entryRange(dtype: DType): readonly [number, number] {
  const { bits, kind } = dtypeInfo(dtype)
  if (kind === 'bool') return [0, 1]
  if (bits === 6) return [0, 63]
  const stored = Math.max(bits, 8)
  const low = -(2 ** (stored - 1))
  if (bits >= 8 && kind === 'int') return [low, -low - 1]
  return [bits >= 8 && kind === 'uint' ? 0 : low, 2 ** stored - 1]
}

/** Entries of the typed field; float6 has one element per entry there, unlike in raw_data. */
export function typedEntries(dtype: DType, shape: Shape): number {
  if (dtype === 'string' || dtypeInfo(dtype).bits === 6) return elementCount(shape)
  return dataLength(dtype, shape)
}

/** Throws SLP-F5 where the number of entries does not suit the shape, or an entry does not fit. */
export function fromTyped(proto: TensorProto, dtype: Exclude<DType, 'string'>, shape: Shape): Tensor {
  const field = typedFieldOf(dtype)
  const list = proto[field] as readonly number[] | readonly bigint[] // string_data belongs to strings only
  const sixBits = dtypeInfo(dtype).bits === 6
  const wanted = typedEntries(dtype, shape)
  if (list.length !== wanted)
    fail(proto.name, `${dtype}[${shape}] needs ${wanted} entries of ${protoName(field)}`, String(list.length))
  const data = new (arrayOf(dtype))(dataLength(dtype, shape))
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) {
    for (let i = 0; i < list.length; i++) data[i] = list[i] as bigint // int64_data and uint64_data
    return tensor(dtype, shape, data as never) // the class was chosen by dtype
  }
  const [low, high] =
    data instanceof Float32Array || data instanceof Float64Array
      ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
      : entryRange(dtype)
  for (let i = 0; i < list.length; i++) {
    const value = Number(list[i])
    if (value < low || value > high)
      fail(proto.name, `an entry of ${dtype} must lie in [${low}, ${high}]`, String(value))
    if (sixBits) setPacked(data as Uint8Array, 6, i, value)
    else data[i] = value
  }
  return tensor(dtype, shape, data as never) // as above
}
