/** Tensor → TensorProto. Everything but text goes into raw_data. */
import { create } from '@bufbuild/protobuf'
import type { DType } from '../../base/dtype.ts'
import { dtypeInfo } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import type { NumericData, Tensor } from '../../base/tensor.ts'
import type { SparseTensor } from '../../ir/sparse.ts'
import { DataLocation } from './enums.ts'
import {
  type SparseTensorProto,
  SparseTensorProtoSchema,
  StringStringEntryProtoSchema,
  type TensorProto,
  TensorProtoSchema,
} from './onnx_pb.ts'
import { encodeText } from './write-text.ts'

/** Where the data of a tensor was put. */
export interface ExternalPlace {
  readonly location: string
  readonly offset: number
}

/** Takes the data of a tensor into another file, or leaves it in the model by giving undefined. */
export type StoreExternal = (name: string, data: Uint8Array) => ExternalPlace | undefined

/** The elements as raw_data holds them; a view, not a copy. */
export function rawBytes({ data }: Tensor<Exclude<DType, 'string'>>): Uint8Array {
  const { buffer, byteOffset, byteLength } = data as NumericData // string data is excluded by the dtype
  return new Uint8Array(buffer, byteOffset, byteLength)
}

const isNumeric = (value: Tensor): value is Tensor<Exclude<DType, 'string'>> => value.dtype !== 'string'

/** A tensor without elements has no data field at all. */
export function writeTensor(value: Tensor, name?: string, store?: StoreExternal): TensorProto {
  const proto = create(TensorProtoSchema, {
    dims: value.shape.map(BigInt),
    dataType: dtypeInfo(value.dtype).code,
    ...(name !== undefined && { name }),
  })
  if (!isNumeric(value)) {
    proto.stringData = (value.data as readonly string[]).map((text) => encodeText(text, 'string element')) // dtype decides
    return proto
  }
  const bytes = rawBytes(value)
  if (bytes.length === 0) return proto
  const place = store?.(name ?? '', bytes)
  if (!place) proto.rawData = bytes
  else {
    const { location, offset } = place
    const entries = { location, offset: String(offset), length: String(bytes.length) }
    proto.dataLocation = DataLocation.EXTERNAL
    proto.externalData = Object.entries(entries).map(([key, text]) =>
      create(StringStringEntryProtoSchema, { key, value: text }),
    )
  }
  return proto
}

/** Throws SLP-B1 where the parts do not fit together. */
export function writeSparse({ shape, values, indices }: SparseTensor, name?: string): SparseTensorProto {
  const count = values.shape[0]
  if (values.shape.length !== 1 || indices.shape[0] !== count) {
    throw new SlipwayError(
      'SLP-B1',
      `Cannot write sparse tensor: there must be as many indices as values, got ${indices.shape[0]} and [${values.shape}]`,
    )
  }
  return create(SparseTensorProtoSchema, {
    values: writeTensor(values, name),
    indices: writeTensor(indices),
    dims: shape.map(BigInt),
  })
}
