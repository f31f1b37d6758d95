/** Value → bytes of a value file, as readValue reads them. */
import { create, toBinary } from '@bufbuild/protobuf'
import { dtypeInfo } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensor.ts'
import type { MapValue, OptionalValue, SequenceValue, Value, ValueType } from '../../base/value.ts'
import {
  type MapProto,
  MapProtoSchema,
  type OptionalProto,
  OptionalProtoSchema,
  type SequenceProto,
  SequenceProtoSchema,
  TensorProtoSchema,
} from './onnx_pb.ts'
import { writeTensor } from './write-tensor.ts'
import { encodeText } from './write-text.ts'

/** Codes of SequenceProto.DataType and OptionalProto.DataType. */
const elementCodes = { tensor: 1, sparse: 2, sequence: 3, map: 4, optional: 5 } as const satisfies Record<
  ValueType['kind'],
  number
>

/**
 * The file of a value: a TensorProto, SequenceProto, OptionalProto or MapProto.
 *
 * @throws SLP-B3 for text that is not Unicode or a map whose keys the format cannot hold.
 */
export function writeValue(value: Value, name?: string): Uint8Array {
  switch (value.kind) {
    case 'tensor':
      return toBinary(TensorProtoSchema, writeTensor(value, name))
    case 'sequence':
      return toBinary(SequenceProtoSchema, writeSequence(value, name))
    case 'optional':
      return toBinary(OptionalProtoSchema, writeOptional(value, name))
    case 'map':
      return toBinary(MapProtoSchema, writeMap(value, name))
    default:
      return value satisfies never
  }
}

const named = (name: string | undefined) => (name === undefined ? {} : { name })

function writeSequence({ element, items }: SequenceValue, name?: string): SequenceProto {
  const proto = create(SequenceProtoSchema, { ...named(name), elemType: elementCodes[element.kind] })
  for (const item of items) {
    switch (item.kind) {
      case 'tensor':
        proto.tensorValues.push(writeTensor(item))
        break
      case 'sequence':
        proto.sequenceValues.push(writeSequence(item))
        break
      case 'optional':
        proto.optionalValues.push(writeOptional(item))
        break
      case 'map':
        proto.mapValues.push(writeMap(item))
        break
      default:
        item satisfies never
    }
  }
  return proto
}

function writeOptional({ element, value }: OptionalValue, name?: string): OptionalProto {
  // An optional without a value says so by its element type as well.
  const proto = create(OptionalProtoSchema, {
    ...named(name),
    elemType: value ? elementCodes[element.kind] : 0,
  })
  switch (value?.kind) {
    case undefined:
      return proto
    case 'tensor':
      proto.tensorValue = writeTensor(value)
      return proto
    case 'sequence':
      proto.sequenceValue = writeSequence(value)
      return proto
    case 'optional':
      proto.optionalValue = writeOptional(value)
      return proto
    case 'map':
      proto.mapValue = writeMap(value)
      return proto
    default:
      return value satisfies never
  }
}

function writeMap({ keys, values }: MapValue, name?: string): MapProto {
  const proto = create(MapProtoSchema, {
    ...named(name),
    keyType: dtypeInfo(keys.dtype).code,
    values: create(SequenceProtoSchema, {
      elemType: elementCodes.tensor,
      tensorValues: scalarsOf(values).map((one) => writeTensor(one)),
    }),
  })
  const { kind, bits } = dtypeInfo(keys.dtype)
  if (kind === 'string')
    proto.stringKeys = (keys.data as readonly string[]).map((key) => encodeText(key, 'key of map')) // dtype decides
  else if ((kind === 'int' || kind === 'uint') && bits >= 8)
    proto.keys = Array.from({ length: keys.data.length }, (_, i) => BigInt.asIntN(64, BigInt(keys.data[i]!)))
  else
    throw new SlipwayError('SLP-B3', `Cannot write map: keys must be integers or strings, got ${keys.dtype}`)
  return proto
}

/** Each element as a tensor of its own. */
function scalarsOf({ dtype, data }: Tensor): Tensor[] {
  const { kind, bits } = dtypeInfo(dtype)
  if (kind === 'complex' || (kind !== 'string' && bits < 8))
    throw new SlipwayError(
      'SLP-B3',
      `Cannot write map: a value must be one number of whole bytes, got ${dtype}`,
    )
  return Array.from({ length: data.length }, (_, i) => {
    return { kind: 'tensor', dtype, shape: [], data: data.slice(i, i + 1) } as Tensor // a slice has the class of its dtype
  })
}
