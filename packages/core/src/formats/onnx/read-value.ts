/** Values in files: TensorProto, SequenceProto, OptionalProto, MapProto → Value. */
import { type DType, dtypeInfo, isInteger } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import { arrayOf, type NumericData, type Tensor, tensor } from '../../base/tensor.ts'
import type { MapValue, OptionalValue, SequenceValue, Value, ValueType } from '../../base/value.ts'
import type { MapProto, OptionalProto, SequenceProto } from './onnx_pb.ts'
import { parseMessage } from './parse.ts'
import { type TensorContext, type TensorReadOptions, tensorContext } from './tensor-context.ts'
import { readDType, readTensor, readText } from './tensor-proto.ts'

/**
 * A value from a file such as `input_0.pb`. The bytes do not say which message they hold, so the type must.
 *
 * @throws SLP-F1, SLP-F2, SLP-F5 for a file that breaks the format, SLP-L1 to SLP-L6 over the limits.
 */
export function readValue(bytes: Uint8Array, type: ValueType, options: TensorReadOptions = {}): Value {
  const context = tensorContext(options)
  switch (type.kind) {
    case 'tensor':
      return readTensor(parseMessage('TensorProto', bytes, context.limits), context)
    case 'sequence':
      return readSequence(parseMessage('SequenceProto', bytes, context.limits), type.element, context)
    case 'optional':
      return readOptional(parseMessage('OptionalProto', bytes, context.limits), type.element, context)
    case 'map':
      return readMap(parseMessage('MapProto', bytes, context.limits), context)
    case 'sparse':
      throw new SlipwayError('SLP-F4', 'Cannot read value: sparse tensors are only read as parts of a model')
    default:
      return type satisfies never
  }
}

function refuseSparse(count: number): void {
  if (count > 0)
    throw new SlipwayError('SLP-F4', 'Cannot read value: it must hold no sparse tensors, got one')
}

function readSequence(proto: SequenceProto, element: ValueType, context: TensorContext): SequenceValue {
  refuseSparse(proto.sparseTensorValues.length)
  const items: Value[] = [
    ...proto.tensorValues.map((one) => readTensor(one, context)),
    ...proto.sequenceValues.map((one) => readSequence(one, inner(element), context)),
    ...proto.optionalValues.map((one) => readOptional(one, inner(element), context)),
    ...proto.mapValues.map((one) => readMap(one, context)),
  ]
  return { kind: 'sequence', element, items }
}

const inner = (type: ValueType): ValueType =>
  type.kind === 'sequence' || type.kind === 'optional' ? type.element : type

function readOptional(proto: OptionalProto, element: ValueType, context: TensorContext): OptionalValue {
  refuseSparse(proto.sparseTensorValue ? 1 : 0)
  const value: Value | undefined =
    (proto.tensorValue && readTensor(proto.tensorValue, context)) ??
    (proto.sequenceValue && readSequence(proto.sequenceValue, inner(element), context)) ??
    (proto.mapValue && readMap(proto.mapValue, context)) ??
    (proto.optionalValue && readOptional(proto.optionalValue, inner(element), context))
  return value ? { kind: 'optional', element, value } : { kind: 'optional', element }
}

function readMap(proto: MapProto, context: TensorContext): MapValue {
  const keys = readKeys(proto)
  const values = (proto.values?.tensorValues ?? []).map((one) => readTensor(one, context))
  if (values.length !== keys.shape[0])
    throw new SlipwayError(
      'SLP-F5',
      `Cannot read map: it must have as many values as keys (${keys.shape[0]}), got ${values.length}`,
    )
  return { kind: 'map', keys, values: joinScalars(values) }
}

function readKeys(proto: MapProto): Tensor {
  const dtype: DType = proto.keyType === 0 ? 'int64' : readDType(proto.keyType, 'map')
  if (dtype === 'string' || proto.stringKeys.length > 0) {
    const texts = proto.stringKeys.map((bytes, i) => readText(bytes, `key ${i} of map`))
    return tensor('string', [texts.length], texts)
  }
  if (!isInteger(dtype) || dtypeInfo(dtype).bits < 8)
    throw new SlipwayError('SLP-F5', `Cannot read map: keys must be integers or strings, got ${dtype}`)
  const data: NumericData = new (arrayOf(dtype))(proto.keys.length)
  proto.keys.forEach((key, i) => {
    data[i] = data instanceof BigInt64Array || data instanceof BigUint64Array ? key : Number(key)
  })
  return tensor(dtype, [proto.keys.length], data as never) // the class was chosen by dtype
}

/** One tensor of all the values of a map; a map without entries says nothing of its values' type. */
function joinScalars(values: readonly Tensor[]): Tensor {
  const [first] = values
  if (!first) return tensor('float32', [0], new Float32Array())
  for (const { dtype, data } of values) {
    if (dtype !== first.dtype || data.length !== 1)
      throw new SlipwayError(
        'SLP-F5',
        `Cannot read map: its values must be scalars of one type, got ${dtype} with ${data.length} elements`,
      )
  }
  const list = values.map(({ data }) => data[0])
  if (first.dtype === 'string') return tensor('string', [values.length], list as string[]) // dtype was checked
  const data: NumericData = new (arrayOf(first.dtype))(values.length)
  list.forEach((value, i) => {
    data[i] = value as never // dtype was checked
  })
  return tensor(first.dtype, [values.length], data as never) // as above
}
