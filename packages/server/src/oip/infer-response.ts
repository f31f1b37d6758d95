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
  const fields = [`"model_name":${JSON.stringify(model)}`, `"model_version":${JSON.stringify(version)}`]
  if (id !== undefined) fields.push(`"id":${JSON.stringify(id)}`)
  if (parameters.size > 0) fields.push(parametersField(parameters))
  fields.push(`"outputs":[${written.join(',')}]`)
  return joined(`{${fields.join(',')}}`, blobs)
}

function joined(json: string, blobs: readonly Uint8Array[]): InferResponse {
  if (blobs.length === 0) return { body: Buffer.from(json), headerBytes: undefined }
  const headerBytes = Buffer.byteLength(json)
  const body = Buffer.allocUnsafe(blobs.reduce((sum, { length }) => sum + length, headerBytes))
  let at = body.write(json)
  for (const blob of blobs) {
    body.set(blob, at)
    at += blob.length
  }
  return { body, headerBytes }
}

/** As text from the start: objects that are put together for each answer cost more than the rest of it. */
function writeOutput(
  { name, datatype, tensor, parameters }: InferenceOutput,
  binary: boolean,
  blobs: Uint8Array[],
): string {
  const head = `"name":${JSON.stringify(name)},"datatype":"${datatype}","shape":[${tensor.shape.join(',')}]`
  if (!binary) {
    const own = parameters.size > 0 ? `,${parametersField(parameters)}` : ''
    return `{${head}${own},"data":${jsonOfTensor(name, datatype, tensor)}}`
  }
  const bytes = bytesOfTensor(tensor)
  blobs.push(bytes)
  return `{${head},${parametersField(parameters, `"binary_data_size":${bytes.length}`)}}`
}

/** JSON has no integers beyond 2^53 that every reader keeps, so these travel as text. */
function parametersField(parameters: Parameters, ...added: readonly string[]): string {
  const entries = [...parameters].map(([key, value]) => {
    return `${JSON.stringify(key)}:${JSON.stringify(typeof value === 'bigint' ? String(value) : value)}`
  })
  return `"parameters":{${[...entries, ...added].join(',')}}`
}
