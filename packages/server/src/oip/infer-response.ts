/** The result of an inference → the bytes of a response over REST. */
import { bytesOfTensor } from './binary-tensor.ts'
import type { InferenceOutput, InferenceResult } from './inference.ts'
import { jsonOfTensor } from './json-tensor.ts'
import type { Parameters } from './parameters.ts'

export interface InferResponse {
  readonly body: Uint8Array
  /** Bytes of JSON at the start of the body; absent where all of it is JSON. */
  readonly headerBytes: number | undefined
}

/** Throws SLP-R4 for an output that JSON cannot carry. */
export function writeInferResponse(
  { model, version, id, parameters, outputs }: InferenceResult,
  isBinary: (output: string) => boolean,
): InferResponse {
  const blobs: Uint8Array[] = []
  const written = outputs.map((output) => writeOutput(output, isBinary(output.name), blobs))
  const head = JSON.stringify({
    model_name: model,
    model_version: version,
    ...(id !== undefined && { id }),
    ...(parameters.size > 0 && { parameters: jsonParameters(parameters) }),
  })
  const json = Buffer.from(`${head.slice(0, -1)},"outputs":[${written.join(',')}]}`)
  if (blobs.length === 0) return { body: json, headerBytes: undefined }
  return { body: Buffer.concat([json, ...blobs]), headerBytes: json.length }
}

function writeOutput(
  { name, datatype, tensor, parameters }: InferenceOutput,
  binary: boolean,
  blobs: Uint8Array[],
): string {
  const own = jsonParameters(parameters)
  const head = { name, datatype, shape: tensor.shape }
  if (!binary) {
    const text = JSON.stringify({ ...head, ...(parameters.size > 0 && { parameters: own }) })
    return `${text.slice(0, -1)},"data":${jsonOfTensor(name, datatype, tensor)}}`
  }
  const bytes = bytesOfTensor(tensor)
  blobs.push(bytes)
  return JSON.stringify({ ...head, parameters: { ...own, binary_data_size: bytes.length } })
}

/** JSON has no integers beyond 2^53 that every reader keeps, so these travel as text. */
function jsonParameters(parameters: Parameters): Record<string, string | number | boolean> {
  return Object.fromEntries(
    [...parameters].map(([key, value]) => [key, typeof value === 'bigint' ? String(value) : value]),
  )
}
