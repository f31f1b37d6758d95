/** Results of a run → the bytes of an inference response. */
import { type SessionResults, SlipwayError, type Tensor } from '@slipway/core'
import type { ServedModel } from '../repository/served-model.ts'
import { bytesOfTensor } from './binary-tensor.ts'
import { tryDatatypeOf } from './datatype.ts'
import type { InferRequest, WantedOutput } from './infer-request.ts'
import { jsonOfTensor } from './json-tensor.ts'

export interface InferResponse {
  readonly body: Uint8Array
  /** Bytes of JSON at the start of the body; absent where all of it is JSON. */
  readonly headerBytes: number | undefined
}

/** Throws SLP-R4 for an output that JSON cannot carry. */
export function writeInferResponse(
  { name, version }: ServedModel,
  { id, outputs }: InferRequest,
  results: SessionResults,
): InferResponse {
  const blobs: Uint8Array[] = []
  const written = outputs.map((output) => writeOutput(output, tensorOf(output, results), blobs))
  const head = JSON.stringify({ model_name: name, model_version: version, ...(id !== undefined && { id }) })
  const json = Buffer.from(`${head.slice(0, -1)},"outputs":[${written.join(',')}]}`)
  if (!outputs.some(({ binary }) => binary)) return { body: json, headerBytes: undefined }
  return { body: Buffer.concat([json, ...blobs]), headerBytes: json.length }
}

function tensorOf({ name }: WantedOutput, results: SessionResults): Tensor {
  const value = results[name]
  if (value?.kind === 'tensor') return value
  throw new SlipwayError(
    'SLP-S8',
    `Cannot write output "${name}": it must be a tensor, got ${value?.kind ?? 'nothing'}`,
  )
}

function writeOutput({ name, binary }: WantedOutput, tensor: Tensor, blobs: Uint8Array[]): string {
  const datatype = tryDatatypeOf(tensor.dtype)
  if (!datatype) {
    throw new SlipwayError(
      'SLP-S8',
      `Cannot write output "${name}": it must have a served type, got ${tensor.dtype}`,
    )
  }
  const head = { name, datatype, shape: tensor.shape }
  if (!binary) return `${JSON.stringify(head).slice(0, -1)},"data":${jsonOfTensor(name, datatype, tensor)}}`
  const bytes = bytesOfTensor(tensor)
  blobs.push(bytes)
  return JSON.stringify({ ...head, parameters: { binary_data_size: bytes.length } })
}
