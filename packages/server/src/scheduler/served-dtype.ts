/** Element types of the configuration. */

import type { ServedDType } from '../oip/datatype.ts'
import { DataType } from '../proto/model_config_pb.ts'

const dtypes: Readonly<Record<Exclude<DataType, DataType.TYPE_INVALID>, ServedDType>> = {
  [DataType.TYPE_BOOL]: 'bool',
  [DataType.TYPE_UINT8]: 'uint8',
  [DataType.TYPE_UINT16]: 'uint16',
  [DataType.TYPE_UINT32]: 'uint32',
  [DataType.TYPE_UINT64]: 'uint64',
  [DataType.TYPE_INT8]: 'int8',
  [DataType.TYPE_INT16]: 'int16',
  [DataType.TYPE_INT32]: 'int32',
  [DataType.TYPE_INT64]: 'int64',
  [DataType.TYPE_FP16]: 'float16',
  [DataType.TYPE_FP32]: 'float32',
  [DataType.TYPE_FP64]: 'float64',
  [DataType.TYPE_STRING]: 'string',
  [DataType.TYPE_BF16]: 'bfloat16',
}

/** Undefined for TYPE_INVALID, which stands for what was not set. */
export function dtypeOfConfig(type: DataType): ServedDType | undefined {
  return type === DataType.TYPE_INVALID ? undefined : dtypes[type]
}
