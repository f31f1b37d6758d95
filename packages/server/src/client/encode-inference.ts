/** Inferences as bytes, for who sends the same one many times by means of their own. */
import { writeInference as writeGrpc } from './grpc-infer.ts'
import { writeInference as writeRest } from './rest-infer.ts'
import { modelPath } from './rest-paths.ts'
import type { InferOptions } from './types.ts'

export interface EncodedInference {
  /** Of the route, without what stands in front of all paths; of the gRPC method. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  /** A body, or a message without its prefix. */
  readonly body: Buffer
}

/**
 * An inference as `Client.infer` sends it, tensors as bytes.
 *
 * @throws SLP-B1 for data that does not fit its shape, SLP-S3 for what the protocol cannot carry.
 */
export function encodeInference(
  protocol: 'rest' | 'grpc',
  { model, version, ...options }: InferOptions,
): EncodedInference {
  switch (protocol) {
    case 'rest':
      return { path: `${modelPath({ model, version })}/infer`, ...writeRest(options) }
    case 'grpc':
      return {
        path: '/inference.GRPCInferenceService/ModelInfer',
        headers: {},
        body: writeGrpc({ model, version, ...options }),
      }
    default:
      return protocol satisfies never
  }
}
