/** Values in files: TensorProto, SequenceProto, OptionalProto, MapProto → Value. */
import { fromBinary } from '@bufbuild/protobuf'
import { SlipwayError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensor.ts'
import { tensorType, type Value, type ValueType } from '../../base/value.ts'
import {
  type MapProto,
  type OptionalProto,
  OptionalProtoSchema,
  type SequenceProto,
  SequenceProtoSchema,
  TensorProtoSchema,
} from './onnx_pb.ts'
import { readTensor, type TensorReadOptions } from './tensor-proto.ts'

/** Reads a value file, whose message depends on the type of the value. Throws SLP-F1, SLP-F5. */
export function readValue(bytes: Uint8Array, type: ValueType, options: TensorReadOptions = {}): Value {
  switch (type.kind) {
    case 'tensor':
    case 'sparse':
      return readTensor(
        parse(() => fromBinary(TensorProtoSchema, bytes)),
        options,
      )
    case 'sequence':
      return readSequence(
        parse(() => fromBinary(SequenceProtoSchema, bytes)),
        type.element,
        options,
      )
    case 'optional':
      return readOptional(
        parse(() => fromBinary(OptionalProtoSchema, bytes)),
        type.element,
        options,
      )
    case 'map':
      throw new SlipwayError('SLP-F1', 'Cannot read value file: maps are only read inside sequences')
    default:
      return type satisfies never
  }
}

function parse<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    throw new SlipwayError('SLP-F1', 'Cannot read value file: it is not a valid protobuf message', { cause })
  }
}

function readSequence(proto: SequenceProto, element: ValueType, options: TensorReadOptions): Value {
  const items: Value[] = [
    ...proto.tensorValues.map((one) => readTensor(one, options)),
    ...proto.sequenceValues.map((one) => readSequence(one, inner(element), options)),
    ...proto.optionalValues.map((one) => readOptional(one, inner(element), options)),
    ...proto.mapValues.map((one) => readMap(one, options)),
  ]
  return { kind: 'sequence', element, items }
}

const inner = (type: ValueType): ValueType =>
  type.kind === 'sequence' || type.kind === 'optional' ? type.element : type

function readOptional(proto: OptionalProto, element: ValueType, options: TensorReadOptions): Value {
  const value = proto.tensorValue
    ? readTensor(proto.tensorValue, options)
    : proto.sequenceValue && readSequence(proto.sequenceValue, inner(element), options)
  return { kind: 'optional', element, value }
}

function readMap(proto: MapProto, options: TensorReadOptions): Value {
  const decoder = new TextDecoder()
  const keys: Tensor =
    proto.stringKeys.length > 0
      ? {
          kind: 'tensor',
          dtype: 'string',
          shape: [proto.stringKeys.length],
          data: proto.stringKeys.map((k) => decoder.decode(k)),
        }
      : { kind: 'tensor', dtype: 'int64', shape: [proto.keys.length], data: BigInt64Array.from(proto.keys) }
  const values = (proto.values?.tensorValues ?? []).map((one) => readTensor(one, options))
  const [first] = values
  if (!first)
    return {
      kind: 'map',
      keys,
      values: { kind: 'tensor', dtype: 'float32', shape: [0], data: new Float32Array() },
    }
  return { kind: 'map', keys, values: joinScalars(values, first) }
}

function joinScalars(values: readonly Tensor[], first: Tensor): Tensor {
  const list = values.map((one) => one.data[0])
  const type = tensorType(first.dtype, [values.length])
  const data = Array.isArray(first.data) ? list : Reflect.construct(first.data.constructor, [list])
  return { kind: 'tensor', dtype: type.dtype, shape: [values.length], data } as Tensor // the class is that of the first
}
