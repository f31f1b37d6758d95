/** A model under verification: its bytes, and what is read from them when it is first asked for. */
import type { Limits } from '../base/limits.ts'
import { DataLocation } from '../formats/onnx/enums.ts'
import type { ResolveExternal } from '../formats/onnx/external-data.ts'
import type { GraphProto, ModelProto, NodeProto, TensorProto } from '../formats/onnx/onnx_pb.ts'
import { parseModel } from '../formats/onnx/parse.ts'
import { type OnnxModel, readModelProto } from '../formats/onnx/read.ts'
import type { Graph, Node } from '../ir/graph.ts'

export interface ModelSource {
  readonly bytes: Uint8Array
  /** The door to weights in other files. */
  readonly resolveExternal?: ResolveExternal | undefined
  /** What messages call it. */
  readonly label?: string | undefined
}

export interface OpenModel {
  readonly label: string
  readonly bytes: Uint8Array
  readonly resolveExternal: ResolveExternal | undefined
  readonly proto: () => ModelProto
  /** Functions inlined, operators at the newest sets. */
  readonly read: () => OnnxModel
  readonly graph: () => Graph
  /** Functions inlined, operators as the file has them. */
  readonly written: () => Graph
  /** The node of the file that makes a value. */
  readonly maker: (value: string) => Node | undefined
}

/** Reads nothing yet: each part throws as `parseModel` and `readModelProto` do. */
export function openModel(source: ModelSource, label: string, limits?: Limits): OpenModel {
  const { bytes, resolveExternal } = source
  const options = { ...(resolveExternal && { resolveExternal }), ...(limits && { limits }) }
  const proto = once(() => parseModel(bytes, limits))
  const read = once(() => readModelProto(proto(), options))
  const written = once(() => readModelProto(proto(), { ...options, upgrade: (graph) => graph }).graph)
  const makers = once(
    () => new Map(written().nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const))),
  )
  return {
    label: source.label ?? label,
    bytes,
    resolveExternal,
    proto,
    read,
    graph: () => read().graph,
    written,
    maker: (value) => makers().get(value),
  }
}

/** Whether tensors of the model lie in other files. */
export function hasExternalData({ proto }: OpenModel): boolean {
  const isExternal = ({ dataLocation }: TensorProto): boolean => dataLocation === DataLocation.EXTERNAL
  const inNodes = (nodes: readonly NodeProto[]): boolean =>
    nodes.some(({ attribute }) =>
      attribute.some(
        ({ t, tensors, g, graphs }) =>
          [...(t ? [t] : []), ...tensors].some(isExternal) || (g ? [g, ...graphs] : graphs).some(inGraph),
      ),
    )
  const inGraph = ({ initializer, node }: GraphProto): boolean =>
    initializer.some(isExternal) || inNodes(node)
  const { graph, functions } = proto()
  return (graph !== undefined && inGraph(graph)) || functions.some(({ node }) => inNodes(node))
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
