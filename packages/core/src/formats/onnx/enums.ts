/** Enumerations of onnx.proto; the messages carry them as plain numbers. */
import type { AttributeKind } from '../../ir/attribute.ts'

export const AttributeType = {
  UNDEFINED: 0,
  FLOAT: 1,
  INT: 2,
  STRING: 3,
  TENSOR: 4,
  GRAPH: 5,
  FLOATS: 6,
  INTS: 7,
  STRINGS: 8,
  TENSORS: 9,
  GRAPHS: 10,
  SPARSE_TENSOR: 11,
  SPARSE_TENSORS: 12,
  TYPE_PROTO: 13,
  TYPE_PROTOS: 14,
} as const

/** The type code of each kind of attribute. */
export const attributeCodes = {
  float: AttributeType.FLOAT,
  int: AttributeType.INT,
  string: AttributeType.STRING,
  tensor: AttributeType.TENSOR,
  graph: AttributeType.GRAPH,
  floats: AttributeType.FLOATS,
  ints: AttributeType.INTS,
  strings: AttributeType.STRINGS,
  tensors: AttributeType.TENSORS,
  graphs: AttributeType.GRAPHS,
  sparse: AttributeType.SPARSE_TENSOR,
  sparses: AttributeType.SPARSE_TENSORS,
  type: AttributeType.TYPE_PROTO,
  types: AttributeType.TYPE_PROTOS,
} as const satisfies Record<AttributeKind, number>

const kinds: ReadonlyMap<number, AttributeKind> = new Map(
  Object.entries(attributeCodes).map(([kind, code]) => [code, kind as AttributeKind]), // keys of a total table
)

/** The kind of a type code, or undefined for an unknown code and for UNDEFINED. */
export function attributeKind(code: number): AttributeKind | undefined {
  return kinds.get(code)
}

/** The name of an attribute type, or its number where it is unknown. */
export function attributeTypeName(code: number): string {
  return Object.entries(AttributeType).find(([, value]) => value === code)?.[0] ?? String(code)
}

/** Where the data of a TensorProto lies. */
export const DataLocation = { DEFAULT: 0, EXTERNAL: 1 } as const
