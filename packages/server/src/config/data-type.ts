/** Element types of the configuration in the protocol's terms: `TYPE_FP32` is FP32, and `TYPE_STRING` is BYTES. */
import { type Datatype, dtypeOf, type ServedDType } from '../oip/datatype.ts'
import { DataType } from '../proto/model_config_pb.ts'

const types = {
  BOOL: DataType.TYPE_BOOL,
  UINT8: DataType.TYPE_UINT8,
  UINT16: DataType.TYPE_UINT16,
  UINT32: DataType.TYPE_UINT32,
  UINT64: DataType.TYPE_UINT64,
  INT8: DataType.TYPE_INT8,
  INT16: DataType.TYPE_INT16,
  INT32: DataType.TYPE_INT32,
  INT64: DataType.TYPE_INT64,
  FP16: DataType.TYPE_FP16,
  BF16: DataType.TYPE_BF16,
  FP32: DataType.TYPE_FP32,
  FP64: DataType.TYPE_FP64,
  BYTES: DataType.TYPE_STRING,
} as const satisfies Record<Datatype, DataType>

export function dataTypeOf(datatype: Datatype): DataType {
  return types[datatype]
}

/** Undefined for TYPE_INVALID, which also stands for a type that is not given. */
export function tryDatatypeOfConfig(type: DataType): Datatype | undefined {
  const names = Object.keys(types) as Datatype[] // keys of a literal object
  return names.find((name) => types[name] === type)
}

/** As `tryDatatypeOfConfig`, in the engine's terms. */
export function tryDtypeOfConfig(type: DataType): ServedDType | undefined {
  const datatype = tryDatatypeOfConfig(type)
  return datatype && dtypeOf(datatype)
}
