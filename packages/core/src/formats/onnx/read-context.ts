/** What reading the graphs of one model shares. */
import type { Tensor } from '../../base/tensor.ts'
import type { Attribute } from '../../ir/attribute.ts'
import type { Graph } from '../../ir/graph.ts'
import type { AttributeProto } from './onnx_pb.ts'
import type { TensorContext } from './tensor-context.ts'

/** What is the same in every call of a function, by the message it was read from. */
export interface BodyCache {
  readonly attributes: Map<AttributeProto, Attribute>
  readonly tensors: Map<object, Tensor>
  readonly metadata: Map<object, Pick<Graph, 'metadata'>>
}

/** The attributes of one call of a function, by the names that its body refers to. */
export interface Bindings {
  readonly attributes: ReadonlyMap<string, Attribute>
  readonly cache: BodyCache
}

export interface ReadContext {
  readonly tensors: TensorContext
  readonly mayMove: boolean
  /** The operator of a node that calls a function of the model, as an operator of the private call domain. */
  callOf(domain: string, name: string, overload: string): string | undefined
  /** Present inside the body of a function. */
  readonly bindings?: Bindings | undefined
}

/** Nodes of this domain call a function of the model until they are inlined; their operator is its key. */
export const callDomain = 'ai.slipway.call'

/** `''` is the name of the ONNX domain everywhere in Slipway. */
export const domainOf = (domain: string): string => (domain === 'ai.onnx' ? '' : domain)
