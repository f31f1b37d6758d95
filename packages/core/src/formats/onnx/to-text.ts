/**
 * An ONNX model in ONNX's textual syntax (onnx, docs/Syntax.md), for people and for the parser of the onnx package. Large
 * tensors are left out on request; what has no form in the syntax is written as `...`, which does not parse.
 */

import type {
  AttributeProto,
  FunctionProto,
  GraphProto,
  ModelProto,
  NodeProto,
  OperatorSetIdProto,
  StringStringEntryProto,
  ValueInfoProto,
} from './onnx_pb.ts'
import { attributeTypeText, numberText, quoted, spelled } from './text-names.ts'
import { type TextOptions, tensorText, typeProtoText } from './text-values.ts'

export type { TextOptions } from './text-values.ts'

/** The text of a model. */
export function modelToText(model: ModelProto, options: TextOptions = {}): string {
  const fields = [
    `ir_version: ${model.irVersion}`,
    `opset_import: ${opsetsText(model.opsetImport)}`,
    ...(model.producerName ? [`producer_name: ${quoted(model.producerName)}`] : []),
    ...(model.producerVersion ? [`producer_version: ${quoted(model.producerVersion)}`] : []),
    ...(model.domain ? [`domain: ${quoted(model.domain)}`] : []),
    ...(model.modelVersion ? [`model_version: ${model.modelVersion}`] : []),
    ...(model.docString ? [`doc_string: ${quoted(model.docString)}`] : []),
    ...(model.metadataProps.length > 0 ? [`metadata_props: ${entriesText(model.metadataProps)}`] : []),
  ]
  const graph = model.graph ? graphText(model.graph, '', options) : ''
  const functions = model.functions.map((one) => functionText(one, options))
  return [headText(fields), graph, ...functions].join('\n').concat('\n')
}

const headText = (fields: readonly string[]): string =>
  `<\n${fields.map((one) => `   ${one}`).join(',\n')}\n>`

function opsetsText(list: readonly OperatorSetIdProto[]): string {
  return `[${list.map(({ domain, version }) => `${quoted(domain)} : ${version}`).join(', ')}]`
}

function entriesText(list: readonly StringStringEntryProto[]): string {
  return `[${list.map(({ key, value }) => `${quoted(key)}: ${quoted(value)}`).join(', ')}]`
}

function graphText(graph: GraphProto, indent: string, options: TextOptions): string {
  const values = [
    ...graph.valueInfo.map(valueText),
    ...graph.initializer.map((one) => `${tensorText(one, options, ' = ')}`),
  ]
  const inner = `${indent}   `
  const middle = values.length > 0 ? `\n${inner}<${values.join(`,\n${inner} `)}>\n${indent}` : ''
  const [inputs, outputs] = [graph.input, graph.output].map((list) => list.map(valueText).join(', '))
  const nodes = graph.node.map((node) => nodeText(node, inner, options)).join('\n')
  return `${spelled(graph.name)} (${inputs}) => (${outputs}) ${middle}{\n${nodes}\n${indent}}`
}

const valueText = ({ name, type }: ValueInfoProto): string =>
  `${typeProtoText(type)} ${spelled(name)}`.trimStart()

function functionText(fn: FunctionProto, options: TextOptions): string {
  const fields = [
    `domain: ${quoted(fn.domain)}`,
    ...(fn.overload ? [`overload: ${quoted(fn.overload)}`] : []),
    `opset_import: ${opsetsText(fn.opsetImport)}`,
    ...(fn.docString ? [`doc_string: ${quoted(fn.docString)}`] : []),
  ]
  const attributes = [
    ...fn.attribute.map(spelled),
    ...fn.attributeProto.map((one) => attributeText(one, '', options)),
  ]
  const head = attributes.length > 0 ? ` <${attributes.join(', ')}>` : ''
  const [inputs, outputs] = [fn.input, fn.output].map((names) => names.map(spelled).join(', '))
  const nodes = fn.node.map((node) => nodeText(node, '   ', options)).join('\n')
  return `${headText(fields)}\n${spelled(fn.name)}${head} (${inputs}) => (${outputs})\n{\n${nodes}\n}`
}

function nodeText(node: NodeProto, indent: string, options: TextOptions): string {
  const name = node.name ? `[${spelled(node.name)}] ` : ''
  const domain = node.domain ? `${node.domain}.` : ''
  const overload = node.overload ? `:${node.overload}` : ''
  const hasBody = node.attribute.some(({ g, graphs }) => g !== undefined || graphs.length > 0)
  const attributes = node.attribute.map((one) => attributeText(one, indent, options)).join(', ')
  const settings = attributes === '' ? '' : ` <${attributes}>`
  const inputs = ` (${node.input.map(spelled).join(', ')})`
  // A body reads better behind the inputs, and the parser takes both orders.
  const call = hasBody ? `${inputs}${settings}` : `${settings}${inputs}`
  return `${indent}${name}${node.output.map(spelled).join(', ')} = ${domain}${node.opType}${overload}${call}`
}

function attributeText(attribute: AttributeProto, indent: string, options: TextOptions): string {
  const head = `${attribute.name}: ${attributeTypeText(attribute.type)} = `
  if (attribute.refAttrName !== '') return `${head}@${attribute.refAttrName}`
  return head + attributeValueText(attribute, indent, options)
}

function attributeValueText(attribute: AttributeProto, indent: string, options: TextOptions): string {
  const list = (items: readonly string[]) => `[${items.join(', ')}]`
  const decoded = (bytes: Uint8Array) => quoted(new TextDecoder().decode(bytes))
  const { t, g, tp, ints, floats, strings, tensors, graphs, typeProtos } = attribute
  switch (attributeTypeText(attribute.type)) {
    case 'int':
      return String(attribute.i)
    case 'float':
      return numberText(attribute.f)
    case 'string':
      return decoded(attribute.s)
    case 'tensor':
      return t ? tensorText(t, options) : '...'
    case 'graph':
      return g ? graphText(g, `${indent}   `, options) : '...'
    case 'type_proto':
      return typeProtoText(tp)
    case 'ints':
      return list(ints.map(String))
    case 'floats':
      return list(floats.map(numberText))
    case 'strings':
      return list(strings.map(decoded))
    case 'tensors':
      return list(tensors.map((one) => tensorText(one, options)))
    case 'graphs':
      return list(graphs.map((one) => graphText(one, `${indent}   `, options)))
    case 'type_protos':
      return list(typeProtos.map(typeProtoText))
    default:
      return '...'
  }
}
