/** A model whose large external data is not needed: inference asks for types, and for the values of small tensors. */
import { create } from '@bufbuild/protobuf'
import { tryDTypeOfCode } from '../../base/dtype.ts'
import { DataLocation } from '../../formats/onnx/enums.ts'
import type { ResolveExternal } from '../../formats/onnx/external-data.ts'
import { type ModelProto, type TensorProto, ValueInfoProtoSchema } from '../../formats/onnx/onnx_pb.ts'
import { withFields } from '../../formats/onnx/with-fields.ts'
import { maxTrackedElements } from '../../ops/fact.ts'

/**
 * The model with the external initializers of its main graph as inputs of their type, but for the small ones that
 * `resolve` can read. Messages are shared, never changed.
 */
export function withoutWeights(model: ModelProto, resolve: ResolveExternal | undefined): ModelProto {
  const { graph } = model
  if (!graph) return model
  const isNeeded = (tensor: TensorProto) =>
    tensor.dataLocation !== DataLocation.EXTERNAL || (resolve !== undefined && isSmall(tensor))
  const left = graph.initializer.filter((tensor) => !isNeeded(tensor))
  if (left.length === 0) return model
  const given = new Set(graph.input.map(({ name }) => name))
  const inputs = left.filter(({ name }) => !given.has(name)).map(asInput)
  return withFields(model, {
    graph: withFields(graph, {
      initializer: graph.initializer.filter(isNeeded),
      input: [...graph.input, ...inputs],
    }),
  })
}

/** What stays external: small tensors as they are, the large ones of bodies and attributes as zeros. */
export function smallOrZeros(resolve: ResolveExternal | undefined): ResolveExternal {
  return (range) =>
    resolve && range.length <= maxTrackedElements * 8 ? resolve(range) : new Uint8Array(range.length)
}

const isSmall = ({ dims }: TensorProto): boolean =>
  dims.reduce((count, size) => count * size, 1n) <= BigInt(maxTrackedElements)

function asInput({ name, dims, dataType }: TensorProto) {
  const dim = dims.map((size) => ({ value: { case: 'dimValue' as const, value: size } }))
  const elemType = tryDTypeOfCode(dataType) ? dataType : 0
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType, shape: { dim } } } },
  })
}
