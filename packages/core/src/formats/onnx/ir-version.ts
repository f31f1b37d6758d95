/** The oldest IR version that can hold a graph: each feature of the format came with one. */
import type { DType } from '../../base/dtype.ts'
import type { ValueType } from '../../base/value.ts'
import type { Attribute } from '../../ir/attribute.ts'
import type { Graph } from '../../ir/graph.ts'

/** Element types that are younger than the format (onnx.proto, comments of IR_VERSION). */
const youngTypes: ReadonlyMap<DType, number> = new Map([
  ['bfloat16', 4],
  ['float8e4m3fn', 9],
  ['float8e4m3fnuz', 9],
  ['float8e5m2', 9],
  ['float8e5m2fnuz', 9],
  ['uint4', 10],
  ['int4', 10],
  ['float4e2m1', 11],
  ['float8e8m0', 12],
  ['uint2', 13],
  ['int2', 13],
  ['float6e2m3', 14],
  ['float6e3m2', 14],
])

const ofDType = (dtype: DType): number => youngTypes.get(dtype) ?? 3

function ofType(type: ValueType): number {
  switch (type.kind) {
    case 'tensor':
      return ofDType(type.dtype)
    case 'sparse':
      return Math.max(8, ofDType(type.dtype))
    case 'sequence':
      return ofType(type.element)
    case 'optional':
      return Math.max(8, ofType(type.element))
    case 'map':
      return Math.max(ofDType(type.key), ofType(type.value))
    default:
      return type satisfies never
  }
}

function ofAttribute(attribute: Attribute): number {
  switch (attribute.kind) {
    case 'float':
    case 'int':
    case 'string':
    case 'floats':
    case 'ints':
    case 'strings':
      return 3
    case 'tensor':
      return ofDType(attribute.value.dtype)
    case 'tensors':
      return newest(attribute.value, ({ dtype }) => ofDType(dtype))
    case 'graph':
      return leastIrVersion(attribute.value)
    case 'graphs':
      return newest(attribute.value, leastIrVersion)
    case 'sparse':
      return Math.max(6, ofDType(attribute.value.values.dtype))
    case 'sparses':
      return newest(attribute.value, ({ values }) => Math.max(6, ofDType(values.dtype)))
    case 'type':
      return Math.max(8, ofType(attribute.value))
    case 'types':
      return Math.max(8, newest(attribute.value, ofType))
    default:
      return attribute satisfies never
  }
}

const newest = <T>(list: Iterable<T>, of: (item: T) => number): number => {
  let version = 3
  for (const item of list) version = Math.max(version, of(item))
  return version
}

/** The oldest IR version that can hold the graph; 3 at least. */
export function leastIrVersion(graph: Graph): number {
  const inputs = new Set(graph.inputs)
  return Math.max(
    // Until IR version 3 every initialiser was an input too.
    newest(graph.constants, ([name, { dtype }]) => Math.max(inputs.has(name) ? 3 : 4, ofDType(dtype))),
    newest(graph.types.values(), ofType),
    newest(graph.nodes, ({ attributes, metadata }) =>
      Math.max(metadata?.size ? 10 : 3, newest(attributes.values(), ofAttribute)),
    ),
    graph.metadata?.size ? 10 : 3,
  )
}
