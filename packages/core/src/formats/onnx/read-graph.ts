/** GraphProto → Graph, bodies included. Calls of functions of the model become nodes of the call domain. */
import { SlipwayError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensor.ts'
import type { ValueType } from '../../base/value.ts'
import type { Attribute } from '../../ir/attribute.ts'
import { type Graph, type Node, operatorText } from '../../ir/graph.ts'
import { readAttribute } from './attribute-proto.ts'
import { AttributeType, attributeKind } from './enums.ts'
import type { AttributeProto, GraphProto, NodeProto, StringStringEntryProto } from './onnx_pb.ts'
import { quote } from './quote.ts'
import { callDomain, domainOf, type ReadContext } from './read-context.ts'
import { relocate } from './relocate.ts'
import { readSparse, toDense } from './sparse-proto.ts'
import { readTensor } from './tensor-proto.ts'
import { readType } from './type-proto.ts'

/** @throws SLP-F1 to SLP-F6, SLP-B2, SLP-B4, SLP-L4, SLP-X1 to SLP-X5, with the path of the field. */
export function readGraph(proto: GraphProto, context: ReadContext, path: string): Graph {
  return {
    name: proto.name,
    inputs: proto.input.map(({ name }) => name),
    outputs: proto.output.map(({ name }) => name),
    nodes: proto.node.map((node, i) => readNode(node, context, `${path}.node[${i}]`)),
    constants: readConstants(proto, context, path),
    types: readTypes(proto, context, path),
    ...metadataOf(proto, context),
  }
}

function metadataOf(proto: GraphProto | NodeProto, { bindings }: ReadContext): Pick<Graph, 'metadata'> {
  return bindings
    ? cached(bindings.cache.metadata, proto, () => readMetadata(proto.metadataProps))
    : readMetadata(proto.metadataProps)
}

function cached<K, V>(cache: Map<K, V>, key: K, read: () => V): V {
  const known = cache.get(key)
  if (known !== undefined) return known
  const value = read()
  cache.set(key, value)
  return value
}

/** `{ metadata }`, or nothing where there are no entries. */
export function readMetadata(entries: readonly StringStringEntryProto[]): Pick<Graph, 'metadata'> {
  if (entries.length === 0) return {}
  return { metadata: new Map(entries.map(({ key, value }) => [key, value])) }
}

/** Bodies of functions keep no types: the names of their sizes would mean other sizes in each call. */
function readTypes(
  { input, output, valueInfo }: GraphProto,
  { bindings }: ReadContext,
  path: string,
): ReadonlyMap<string, ValueType> {
  const types = new Map<string, ValueType>()
  if (bindings) return types
  for (const [field, list] of Object.entries({ input, output, value_info: valueInfo })) {
    list.forEach(({ name, type }, i) => {
      const known = located(`${path}.${field}[${i}]`, () => readType(type, name))
      if (known) types.set(name, known)
    })
  }
  return types
}

function located<T>(path: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw relocate(error, { path })
  }
}

function readConstants(proto: GraphProto, context: ReadContext, path: string): ReadonlyMap<string, Tensor> {
  const constants = new Map<string, Tensor>()
  const add = (name: string, at: string, read: () => Tensor) => {
    if (name === '')
      throw new SlipwayError('SLP-F3', 'Cannot read initialiser: it must have a name', { path: at })
    if (constants.has(name)) {
      const message = `Cannot read initialiser: names must be unique, got ${quote(name)} twice`
      throw new SlipwayError('SLP-F1', message, { path: at })
    }
    constants.set(name, located(at, read))
  }
  const { tensors, mayMove, bindings } = context
  const once = (key: object, read: () => Tensor) =>
    bindings ? cached(bindings.cache.tensors, key, read) : read()
  proto.initializer.forEach((one, i) => {
    add(one.name, `${path}.initializer[${i}]`, () => once(one, () => readTensor(one, tensors, { mayMove })))
  })
  proto.sparseInitializer.forEach((one, i) => {
    const name = one.values?.name ?? ''
    const read = () => toDense(readSparse(one, tensors), name, tensors)
    add(name, `${path}.sparse_initializer[${i}]`, () => once(one, read))
  })
  return constants
}

/** One node; where it calls a function of the model, a node of the call domain. */
export function readNode(proto: NodeProto, context: ReadContext, path: string): Node {
  const domain = domainOf(proto.domain)
  const call = context.callOf(domain, proto.opType, proto.overload)
  const place = { path, ...(proto.name && { node: proto.name.slice(0, 100) }) }
  if (proto.opType === '')
    throw new SlipwayError('SLP-F3', 'Cannot read node: op_type must be set, got none', place)
  if (call === undefined && proto.overload !== '') {
    const name = `${operatorText({ domain, op: proto.opType })}:${proto.overload}`
    throw new SlipwayError(
      'SLP-F6',
      `Cannot read node: an overload must name a function of the model, got ${quote(name)}`,
      place,
    )
  }
  return {
    name: proto.name,
    domain: call === undefined ? domain : callDomain,
    op: call ?? proto.opType,
    inputs: proto.input,
    outputs: proto.output,
    attributes: readAttributes(proto, context, path),
    ...metadataOf(proto, context),
  }
}

function readAttributes(
  proto: NodeProto,
  context: ReadContext,
  path: string,
): ReadonlyMap<string, Attribute> {
  const attributes = new Map<string, Attribute>()
  for (const [i, one] of proto.attribute.entries()) {
    const at = `${path}.attribute[${i}]`
    try {
      if (one.name === '') throw new SlipwayError('SLP-F3', 'Cannot read attribute: it must have a name')
      if (attributes.has(one.name))
        throw new SlipwayError('SLP-F1', `Cannot read attribute ${quote(one.name)}: names must be unique`)
      const value = one.refAttrName === '' ? readOwn(one, context, at) : readReference(one, context)
      if (value) attributes.set(one.name, value)
    } catch (error) {
      throw relocate(error, { path: at, operator: quote(proto.opType).slice(1, -1) })
    }
  }
  return attributes
}

function readOwn(proto: AttributeProto, context: ReadContext, path: string): Attribute {
  const cache = context.bindings?.cache.attributes
  const known = cache?.get(proto)
  if (known) return known
  const value = readAttribute(proto, {
    tensors: context.tensors,
    readGraph: (graph) => readGraph(graph, { ...context, mayMove: false }, `${path}.g`),
  })
  // A body may hold references, which differ from call to call.
  if (value.kind !== 'graph' && value.kind !== 'graphs') cache?.set(proto, value)
  return value
}

/** What a call gives for the attribute; undefined where it gives nothing, which means the operator's default. */
function readReference(proto: AttributeProto, { bindings }: ReadContext): Attribute | undefined {
  const what = `Cannot read attribute ${quote(proto.name)}: ref_attr_name`
  if (!bindings)
    throw new SlipwayError('SLP-F1', `${what} must stand in a function, got ${quote(proto.refAttrName)}`)
  const value = bindings.attributes.get(proto.refAttrName)
  const kind = attributeKind(proto.type)
  if (value && proto.type !== AttributeType.UNDEFINED && value.kind !== kind) {
    const rule = `attribute ${quote(proto.refAttrName)} of the call must be of kind ${kind ?? proto.type}`
    throw new SlipwayError('SLP-O1', `${what}: ${rule}, got ${value.kind}`)
  }
  return value
}
