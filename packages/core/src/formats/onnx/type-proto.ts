/** TypeProto → ValueType. */
import { type Dim, symbol } from '../../base/dim.ts'
import type { ValueType } from '../../base/value.ts'
import type { TensorShapeProto, TypeProto } from './onnx_pb.ts'
import { readDType } from './tensor-proto.ts'

/** The type a value is declared with; undefined where nothing, or an opaque type, is declared. */
export function readType(proto: TypeProto | undefined, name: string): ValueType | undefined {
  const { value } = proto ?? {}
  switch (value?.case) {
    case undefined:
    case 'opaqueType':
      return undefined
    case 'tensorType':
    case 'sparseTensorType': {
      if (value.value.elemType === 0) return undefined
      const shape = value.value.shape && readShape(value.value.shape, name)
      const kind = value.case === 'tensorType' ? 'tensor' : 'sparse'
      return { kind, dtype: readDType(value.value.elemType, name), ...(shape && { shape }) }
    }
    case 'sequenceType':
    case 'optionalType': {
      const element = readType(value.value.elemType, name)
      return element && { kind: value.case === 'sequenceType' ? 'sequence' : 'optional', element }
    }
    case 'mapType': {
      const inner = readType(value.value.valueType, name)
      return inner && { kind: 'map', key: readDType(value.value.keyType, name), value: inner }
    }
    default:
      return value satisfies never
  }
}

function readShape(proto: TensorShapeProto, name: string): Dim[] {
  return proto.dim.map(({ value }, axis) => {
    if (value.case === 'dimValue' && value.value >= 0n) return Number(value.value)
    if (value.case === 'dimParam' && value.value !== '') return symbol(value.value)
    return symbol(`${name}.${axis}`)
  })
}
