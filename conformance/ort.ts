/** onnxruntime-node as a peer. It is installed by `npm ci --prefix conformance`; without it there is nothing to compare. */
import { createRequire } from 'node:module'
import { type DType, elementCount, type Tensor, type TensorData, tensor } from '@slipway/core'

interface OrtTensor {
  readonly type: string
  readonly dims: readonly number[]
  readonly data: TensorData
}
interface OrtSession {
  readonly outputNames: readonly string[]
  run(feeds: Readonly<Record<string, OrtTensor>>): Promise<Readonly<Record<string, OrtTensor>>>
  release(): Promise<void>
}
export interface Ort {
  readonly InferenceSession: { create(bytes: Uint8Array, options?: object): Promise<OrtSession> }
  readonly Tensor: new (type: string, data: TensorData, dims: readonly number[]) => OrtTensor
}

/** The peer, or undefined where it is not installed. */
export function tryLoadOrt(): Ort | undefined {
  try {
    return createRequire(import.meta.url)('onnxruntime-node')
  } catch {
    return undefined
  }
}

/** Outputs of a model by name, as the peer computes them without its optimiser's rewrites. */
export async function runOrt(
  ort: Ort,
  bytes: Uint8Array,
  inputs: ReadonlyMap<string, Tensor>,
): Promise<Map<string, Tensor>> {
  const session = await ort.InferenceSession.create(bytes, {
    graphOptimizationLevel: 'disabled',
    logSeverityLevel: 4,
  })
  try {
    const feeds = [...inputs].map(
      ([name, { dtype, data, shape }]) => [name, new ort.Tensor(dtype, data, shape)] as const,
    )
    const results = await session.run(Object.fromEntries(feeds))
    return new Map(session.outputNames.map((name) => [name, fromOrt(results[name]!)]))
  } finally {
    await session.release()
  }
}

function fromOrt({ type, dims, data }: OrtTensor): Tensor {
  const shape = dims.map(Number)
  // The peer names dtypes as Slipway does, and the arrays are of the same classes.
  const copy = (Array.isArray(data) ? [...data] : data.slice(0, elementCount(shape))) as never
  return tensor(type as DType, shape, copy)
}
