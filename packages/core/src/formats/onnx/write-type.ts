/** ValueType → TypeProto. */
import { create } from '@bufbuild/protobuf'
import { type Dim, dimsEqual, dimText } from '../../base/dim.ts'
import { dtypeInfo } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import type { ValueType } from '../../base/value.ts'
import {
  type TensorShapeProto,
  type TensorShapeProto_Dimension,
  TensorShapeProto_DimensionSchema,
  TensorShapeProtoSchema,
  type TypeProto,
  TypeProto_MapSchema,
  TypeProto_OptionalSchema,
  TypeProto_SequenceSchema,
  TypeProto_SparseTensorSchema,
  TypeProto_TensorSchema,
  TypeProtoSchema,
} from './onnx_pb.ts'
import { quote } from './quote.ts'
import { openDim, readDimParam } from './type-proto.ts'
import { checkText } from './write-text.ts'

/** A type as the format spells it; `name` is the value's, which names the sizes that are left open. */
export function writeType(type: ValueType, name: string): TypeProto {
  return create(TypeProtoSchema, { value: writeCase(type, name) })
}

function writeCase(type: ValueType, name: string): TypeProto['value'] {
  switch (type.kind) {
    case 'tensor':
      return { case: 'tensorType', value: create(TypeProto_TensorSchema, elements(type, name)) }
    case 'sparse':
      return { case: 'sparseTensorType', value: create(TypeProto_SparseTensorSchema, elements(type, name)) }
    case 'sequence': {
      const elemType = writeType(type.element, name)
      return { case: 'sequenceType', value: create(TypeProto_SequenceSchema, { elemType }) }
    }
    case 'optional': {
      const elemType = writeType(type.element, name)
      return { case: 'optionalType', value: create(TypeProto_OptionalSchema, { elemType }) }
    }
    case 'map': {
      const init = { keyType: dtypeInfo(type.key).code, valueType: writeType(type.value, name) }
      return { case: 'mapType', value: create(TypeProto_MapSchema, init) }
    }
    default:
      return type satisfies never
  }
}

/** No shape means unknown rank; a shape without sizes is that of a scalar. */
function elements(
  { dtype, shape }: Extract<ValueType, { kind: 'tensor' | 'sparse' }>,
  name: string,
): { elemType: number; shape?: TensorShapeProto } {
  const elemType = dtypeInfo(dtype).code
  if (!shape) return { elemType }
  const dim = shape.map((size, axis) => writeDim(size, name, axis))
  return { elemType, shape: create(TensorShapeProtoSchema, { dim }) }
}

function writeDim(dim: Dim, name: string, axis: number): TensorShapeProto_Dimension {
  if (typeof dim === 'number') {
    if (!Number.isSafeInteger(dim) || dim < 0)
      throw new SlipwayError(
        'SLP-B4',
        `Cannot write type of ${quote(name)}: a size must be a non-negative integer, got ${dim}`,
      )
    return create(TensorShapeProto_DimensionSchema, { value: { case: 'dimValue', value: BigInt(dim) } })
  }
  if (dimsEqual(dim, openDim(name, axis))) return create(TensorShapeProto_DimensionSchema)
  const value = checkText(dimParam(dim), 'size')
  return create(TensorShapeProto_DimensionSchema, { value: { case: 'dimParam', value } })
}

/** The shortest text that reads back as the same size: a lone name in backticks stands without them. */
function dimParam(dim: Dim): string {
  const text = dimText(dim)
  const bare = /^`([^`]+)`$/.exec(text)?.[1]
  return bare !== undefined && dimsEqual(readDimParam(bare), dim) ? bare : text
}
