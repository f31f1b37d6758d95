/** A: attributes as they stand, and N12; what an operator says of them is in node-rules.ts. */
import { type DescField, isFieldSet } from '@bufbuild/protobuf'
import { attributeTypeName, AttributeType as Type } from '../../formats/onnx/enums.ts'
import { type AttributeProto, AttributeProtoSchema } from '../../formats/onnx/onnx_pb.ts'
import type { CheckContext } from './context.ts'
import { checkSparse, checkTensor } from './tensor-rules.ts'

const { field } = AttributeProtoSchema

/** The value field of each attribute type. */
const fieldOfType: ReadonlyMap<number, DescField> = new Map<number, DescField>([
  [Type.FLOAT, field.f],
  [Type.INT, field.i],
  [Type.STRING, field.s],
  [Type.TENSOR, field.t],
  [Type.GRAPH, field.g],
  [Type.FLOATS, field.floats],
  [Type.INTS, field.ints],
  [Type.STRINGS, field.strings],
  [Type.TENSORS, field.tensors],
  [Type.GRAPHS, field.graphs],
  [Type.SPARSE_TENSOR, field.sparseTensor],
  [Type.SPARSE_TENSORS, field.sparseTensors],
  [Type.TYPE_PROTO, field.tp],
  [Type.TYPE_PROTOS, field.typeProtos],
])

/** Types whose value is one message, which must be there. */
const messageTypes: ReadonlySet<number> = new Set([
  Type.TENSOR,
  Type.GRAPH,
  Type.SPARSE_TENSOR,
  Type.TYPE_PROTO,
])

/** Checks one attribute; graphs inside it are left to the caller. */
export function checkAttribute(attribute: AttributeProto, path: string, context: CheckContext): void {
  const { report, irVersion, functionAttributes } = context
  const { name, type } = attribute
  if (name === '') report('SLP-A1', `${path}.name`, 'the attribute has no name')
  const set = [...fieldOfType].filter(([, one]) => isFieldSet(attribute, one))
  if (set.length > 1) {
    report(
      'SLP-A4',
      path,
      `attribute "${name}" has ${set.length} values: ${set.map(([, one]) => one.name).join(', ')}`,
    )
  }
  if (attribute.refAttrName !== '') {
    if (set.length > 0)
      report('SLP-A5', path, `attribute "${name}" has a value and refers to "${attribute.refAttrName}"`)
    else if (!functionAttributes?.has(attribute.refAttrName)) {
      const where = functionAttributes ? 'which the function does not declare' : 'outside a function'
      report(
        'SLP-A5',
        `${path}.ref_attr_name`,
        `attribute "${name}" refers to "${attribute.refAttrName}", ${where}`,
      )
    }
    return
  }
  if (type === Type.UNDEFINED) {
    if (irVersion >= 2) report('SLP-A2', `${path}.type`, `attribute "${name}" has no type`)
    return
  }
  const wanted = fieldOfType.get(type)
  if (!wanted) {
    report('SLP-A2', `${path}.type`, `attribute "${name}" has an unknown type, got ${type}`)
  } else if (set.length === 1 && set[0]![0] !== type) {
    report(
      'SLP-A3',
      path,
      `attribute "${name}" has type ${attributeTypeName(type)} but its value is in ${set[0]![1].name}`,
    )
  } else if (set.length === 0 && messageTypes.has(type)) {
    report('SLP-N12', path, `attribute "${name}" has type ${attributeTypeName(type)} but no ${wanted.name}`)
  }
  checkValues(attribute, path, context)
}

function checkValues(attribute: AttributeProto, path: string, context: CheckContext): void {
  if (attribute.t) checkTensor(attribute.t, `${path}.t`, context)
  attribute.tensors.forEach((tensor, i) => checkTensor(tensor, `${path}.tensors[${i}]`, context))
  if (attribute.sparseTensor) checkSparse(attribute.sparseTensor, `${path}.sparse_tensor`, context)
  attribute.sparseTensors.forEach((sparse, i) => checkSparse(sparse, `${path}.sparse_tensors[${i}]`, context))
}
