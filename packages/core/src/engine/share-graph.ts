/** Puts a graph's weights into shared memory, so that any number of workers read one copy. */
import type { DType } from '../base/dtype.ts'
import { arrayOf, type NumericData, type Tensor, tensorByteLength } from '../base/tensor.ts'
import type { Attribute } from '../ir/attribute.ts'
import type { Graph, Node } from '../ir/graph.ts'

/** Bytes of the tensors that `shareGraph` makes room for, each in whole blocks of `alignment` bytes. */
export function roomBytes(graph: Graph, alignment: number): number {
  let sum = 0
  mapTensors(graph, (source) => {
    sum += Math.ceil(tensorByteLength(source) / alignment) * alignment
    return source
  })
  return sum
}

export interface SharedGraph {
  readonly graph: Graph
  /** All constants and tensor attributes, subgraphs included. */
  readonly weightBytes: number
  readonly sharedBytes: number
}

/** Room in shared memory. */
export interface Room {
  readonly buffer: SharedArrayBuffer
  readonly offsetBytes: number
}

export type Allocate = (sizeBytes: number) => Room

const ownBuffer: Allocate = (sizeBytes) => ({ buffer: new SharedArrayBuffer(sizeBytes), offsetBytes: 0 })

/** Below this a copy per worker costs less than a shared buffer does. */
const leastSharedBytes = 1024

/**
 * The same graph with its tensors in shared memory; tensors that lie there already are not copied again. Where the
 * platform has no shared memory (a page that is not cross-origin isolated), the graph comes back unchanged.
 *
 * @param allocate gives room for a tensor; in a buffer of its own unless given.
 */
export function shareGraph(graph: Graph, allocate: Allocate = ownBuffer): SharedGraph {
  const sizes = { weightBytes: 0, sharedBytes: 0 }
  const shared = mapTensors(graph, (source) => {
    const bytes = tensorByteLength(source)
    const result = shareTensor(source, bytes, allocate)
    sizes.weightBytes += bytes
    if (isShared(result)) sizes.sharedBytes += bytes
    return result
  })
  return { graph: shared, ...sizes }
}

const canShare = typeof SharedArrayBuffer === 'function'

function isShared({ data }: Tensor): boolean {
  return canShare && ArrayBuffer.isView(data) && data.buffer instanceof SharedArrayBuffer
}

function shareTensor(source: Tensor, bytes: number, allocate: Allocate): Tensor {
  if (!canShare || bytes < leastSharedBytes || Array.isArray(source.data) || isShared(source)) return source
  const data = source.data as NumericData // Array.isArray does not narrow a readonly array away
  const Data = arrayOf(source.dtype as Exclude<DType, 'string'>) as new (
    buffer: SharedArrayBuffer,
    at: number,
    length: number,
  ) => NumericData // string data is an array; every class takes a buffer
  const { buffer, offsetBytes } = allocate(bytes)
  const copy = new Data(buffer, offsetBytes, data.length)
  copy.set(data as never) // the classes are equal by construction
  return { ...source, data: copy } as Tensor // as above
}

type Convert = (source: Tensor) => Tensor

/** The graph with each of its tensors replaced, subgraphs included. */
export function mapTensors(graph: Graph, convert: Convert): Graph {
  return {
    ...graph,
    constants: new Map([...graph.constants].map(([name, value]) => [name, convert(value)])),
    nodes: graph.nodes.map((node) => convertNode(node, convert)),
  }
}

function convertNode(node: Node, convert: Convert): Node {
  if (node.attributes.size === 0) return node
  const attributes = [...node.attributes].map(
    ([name, attribute]) => [name, convertAttribute(attribute, convert)] as const,
  )
  return { ...node, attributes: new Map(attributes) }
}

function convertAttribute(attribute: Attribute, convert: Convert): Attribute {
  switch (attribute.kind) {
    case 'tensor':
      return { kind: 'tensor', value: convert(attribute.value) }
    case 'tensors':
      return { kind: 'tensors', value: attribute.value.map(convert) }
    case 'graph':
      return { kind: 'graph', value: mapTensors(attribute.value, convert) }
    case 'graphs':
      return { kind: 'graphs', value: attribute.value.map((graph) => mapTensors(graph, convert)) }
    default:
      return attribute
  }
}
