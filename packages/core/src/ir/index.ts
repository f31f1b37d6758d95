export type { Attribute, AttributeKind, Attributes } from './attribute.ts'
export { type GraphBuilder, graphBuilder } from './builder.ts'
export { type Graph, type Node, operatorText } from './graph.ts'
export type { SparseTensor } from './sparse.ts'
