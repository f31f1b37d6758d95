/** The part of onnxruntime's JavaScript interface that the benchmark uses; web and node share it. */
import type { DType, Tensor, TensorData } from '@slipway/core'
import type { Runner, Tensors } from './adapter.ts'

interface OrtTensor {
  readonly type: string
  readonly dims: readonly number[]
  readonly data: TensorData
}

interface OrtSession {
  readonly outputNames: readonly string[]
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>
}

export interface Ort {
  readonly InferenceSession: { create(bytes: Uint8Array, options: object): Promise<OrtSession> }
  readonly Tensor: new (type: string, data: TensorData, dims: readonly number[]) => OrtTensor
  readonly env: { readonly wasm: { numThreads?: number; wasmPaths?: string } }
}

/** A session of onnxruntime with its inputs bound. */
export async function createOrtRunner(
  ort: Ort,
  bytes: Uint8Array,
  inputs: Tensors,
  options: object,
): Promise<Runner> {
  const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3, ...options })
  const feeds = Object.fromEntries(
    [...inputs].map(([name, { dtype, data, shape }]) => [name, new ort.Tensor(dtype, data, shape)]),
  )
  return {
    run: async () => {
      const results = await session.run(feeds)
      return new Map(session.outputNames.map((name) => [name, fromOrt(results[name]!)]))
    },
  }
}

function fromOrt({ type, dims, data }: OrtTensor): Tensor {
  // The peer names dtypes as Slipway does, and the arrays are of the same classes.
  return { kind: 'tensor', dtype: type as DType, shape: dims.map(Number), data } as Tensor
}
