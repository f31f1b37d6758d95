/** The bytes of an inference request over REST → the request, and which outputs shall travel as bytes. */
import { tensorOfBytes } from './binary-tensor.ts'
import type { InferenceInput, InferenceRequest, RequestedOutput } from './inference.ts'
import { arrayOf, countOf, flagOf, objectOf, parametersOf, textOf } from './json-fields.ts'
import { type JsonObject, type NumberPlan, readJson } from './json-read.ts'
import { tensorOfJson } from './json-tensor.ts'
import { noParameters, type Parameters } from './parameters.ts'
import { refuseRequest } from './refuse-request.ts'
import { assertUnique, knownDatatype, refuseSharedMemory } from './request-rules.ts'

/** Whom the path of the request names. */
export interface RequestTarget {
  readonly model: string
  readonly version: string | undefined
}

export interface ReadRequest {
  readonly request: InferenceRequest
  /** Whether an output travels as bytes, and not as JSON. */
  readonly isBinary: (output: string) => boolean
}

/**
 * Reads a body whose first `headerBytes` are JSON and whose rest are tensors; all of it is JSON where the header is
 * absent, and the only input's tensor where it is 0.
 *
 * @throws SLP-R4 for a body that breaks a rule, SLP-R9 for an extension that is not supported.
 */
export function readInferRequest(
  body: Uint8Array,
  headerBytes: number | undefined,
  target: RequestTarget,
): ReadRequest {
  if (headerBytes !== undefined && headerBytes > body.length) {
    refuseRequest(`inference header size should be in range (0, ${body.length})`, headerBytes)
  }
  if (headerBytes === 0) {
    const raw = requestOf(target, undefined, noParameters, body, [])
    return { request: raw, isBinary: () => true }
  }
  const header = objectOf('the request', readJson(body.subarray(0, headerBytes), numbersOfInput))
  const parameters = parametersOf('the request', header)
  const blobs = blobReader(body.subarray(headerBytes ?? body.length), target.model)
  const inputs = readInputs(header, blobs)
  blobs.end()
  const id = header.get('id')
  const outputs = readOutputs(header)
  const ownId = id === undefined ? undefined : textOf('id', id)
  return {
    request: requestOf(target, ownId, parameters, inputs, outputs),
    isBinary: binaryRule(parameters, outputs),
  }
}

/** Spelt out, as an input is: spreading makes a hidden class for each object, and garbage that lives long. */
function requestOf(
  { model, version }: RequestTarget,
  id: string | undefined,
  parameters: Parameters,
  inputs: InferenceRequest['inputs'],
  outputs: readonly RequestedOutput[],
): InferenceRequest {
  return { model, version, id, parameters, inputs, outputs }
}

/** Brackets around the fields of an input: of the request and of its inputs. */
const inputDepth = 2

/** How the data of an input is read, by what stands before it. */
const numbersOfInput: NumberPlan = (key, depth, fields) => {
  if (key !== 'data' || depth !== inputDepth) return undefined
  const [datatype, shape] = [fields.get('datatype'), fields.get('shape')]
  if (datatype === 'BOOL' || datatype === 'BYTES') return undefined
  return {
    dtype: datatype === 'FP32' ? 'float32' : 'float64',
    rounds: datatype === 'FP32' || datatype === 'FP64',
    count: Array.isArray(shape) ? shape.reduce((product, size) => product * Number(size), 1) : 0,
  }
}

interface BlobReader {
  next(length: number, input: string): Uint8Array
  end(): void
}

function blobReader(bytes: Uint8Array, model: string): BlobReader {
  let at = 0
  return {
    next(length, input) {
      if (at + length > bytes.length) {
        refuseRequest(`input "${input}" must have its ${length} bytes of data`, `${bytes.length - at} bytes`)
      }
      at += length
      return bytes.subarray(at - length, at)
    },
    end() {
      if (at < bytes.length) {
        refuseRequest(`unexpected additional input data for model '${model}'`, `${bytes.length - at} bytes`)
      }
    },
  }
}

function readInputs(header: JsonObject, blobs: BlobReader): InferenceInput[] {
  const inputs = arrayOf('inputs', header.get('inputs')).map((item) => {
    const input = objectOf('each input', item)
    return readInput(textOf('the name of an input', input.get('name')), input, blobs)
  })
  assertUnique('input', inputs)
  return inputs
}

function readInput(name: string, input: JsonObject, blobs: BlobReader): InferenceInput {
  const datatype = knownDatatype(name, textOf(`datatype of input "${name}"`, input.get('datatype')))
  const shape = arrayOf(`shape of input "${name}"`, input.get('shape')).map((size) => countOf('a size', size))
  const parameters = parametersOf(`input "${name}"`, input)
  refuseSharedMemory(parameters)
  const size = parameters.get('binary_data_size')
  const data = input.get('data')
  if ((size === undefined) === (data === undefined)) {
    const got = data === undefined ? 'neither' : 'both'
    return refuseRequest(`input "${name}" must have exactly one of data and parameters.binary_data_size`, got)
  }
  if (data !== undefined) {
    return { name, datatype, shape, parameters, tensor: () => tensorOfJson(name, datatype, shape, data) }
  }
  const bytes = blobs.next(countOf(`binary_data_size of input "${name}"`, size), name)
  return { name, datatype, shape, parameters, tensor: () => tensorOfBytes(name, datatype, shape, bytes) }
}

function readOutputs(header: JsonObject): RequestedOutput[] {
  const requested = header.get('outputs')
  if (requested === undefined) return []
  const outputs = arrayOf('outputs', requested).map((item) => {
    const output = objectOf('each output', item)
    const name = textOf('the name of an output', output.get('name'))
    const parameters = parametersOf(`output "${name}"`, output)
    refuseSharedMemory(parameters)
    return { name, parameters }
  })
  assertUnique('output', outputs)
  return outputs
}

/** An output's own parameter goes before that of the request. */
function binaryRule(
  parameters: Parameters,
  outputs: readonly RequestedOutput[],
): (output: string) => boolean {
  const byDefault = flagOf('binary_data_output', parameters) ?? false
  const own = new Map(
    outputs.map((output) => [output.name, flagOf('binary_data', output.parameters) ?? byDefault]),
  )
  return (output) => own.get(output) ?? byDefault
}
