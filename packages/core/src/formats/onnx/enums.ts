/** Enumerations of onnx.proto; the messages carry them as plain numbers. */

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

export const DataLocation = { DEFAULT: 0, EXTERNAL: 1 } as const

/** The name of an attribute type, or its number where it is unknown. */
export function attributeTypeName(code: number): string {
  return Object.entries(AttributeType).find(([, value]) => value === code)?.[0] ?? String(code)
}
