/** The bytes of an inference request → tensors by name, and what shall be returned and how. */
import { SlipwayError, type Tensor } from '@slipway/core'
import type { ServedModel } from '../repository/served-model.ts'
import { decodeText, tensorOfBytes } from './binary-tensor.ts'
import { type Datatype, elementBytes, isDatatype } from './datatype.ts'
import { type Json, type JsonArray, type JsonObject, readJson } from './json-read.ts'
import { tensorOfJson } from './json-tensor.ts'
import { refuseRequest } from './refuse-request.ts'
import type { ServedTensor } from './served-tensor.ts'

export interface WantedOutput {
  readonly name: string
  readonly binary: boolean
}

export interface InferRequest {
  readonly id: string | undefined
  readonly inputs: ReadonlyMap<string, Tensor>
  readonly outputs: readonly WantedOutput[]
}

/**
 * Reads a body whose first `headerBytes` are JSON and whose rest are tensors; all of it is JSON where the header is
 * absent, and the only input's tensor where it is 0.
 *
 * @throws SLP-R4 for a body that breaks a rule, SLP-R9 for an extension that is not supported, SLP-S1, SLP-S3, SLP-S4
 * and SLP-S5 for what does not fit the model.
 */
export function readInferRequest(
  body: Uint8Array,
  headerBytes: number | undefined,
  model: ServedModel,
): InferRequest {
  if (headerBytes !== undefined && headerBytes > body.length) {
    refuseRequest(`inference header size should be in range (0, ${body.length})`, headerBytes)
  }
  if (headerBytes === 0) return readRaw(body, model)
  const header = objectOf('the request', readJson(decodeText('the request', body.subarray(0, headerBytes))))
  const parameters = parametersOf('the request', header)
  refuseExtensions(parameters, ['sequence_id', 'sequence_start', 'sequence_end'])
  const blobs = blobReader(body.subarray(headerBytes ?? body.length), model.name)
  const inputs = readInputs(header, model, blobs)
  blobs.end()
  return { id: idOf(header), inputs, outputs: readOutputs(header, parameters, model) }
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

function readInputs(header: JsonObject, model: ServedModel, blobs: BlobReader): Map<string, Tensor> {
  const inputs = new Map<string, Tensor>()
  for (const item of arrayOf('inputs', header.get('inputs'))) {
    const input = objectOf('each input', item)
    const name = textOf('the name of an input', input.get('name'))
    if (inputs.has(name)) refuseRequest('each input must be given once', name)
    const served = model.inputs.find((one) => one.name === name)
    if (!served) throw unknown('SLP-S1', 'input', name, model.inputs)
    inputs.set(name, readInput(input, served, blobs))
  }
  return inputs
}

function readInput(input: JsonObject, served: ServedTensor, blobs: BlobReader): Tensor {
  const { name } = served
  const datatype = textOf(`datatype of input "${name}"`, input.get('datatype'))
  if (!isDatatype(datatype)) return refuseRequest(`datatype of input "${name}" must be a known one`, datatype)
  const shape = arrayOf(`shape of input "${name}"`, input.get('shape')).map((size) => countOf('a size', size))
  const parameters = parametersOf(`input "${name}"`, input)
  refuseExtensions(parameters, ['shared_memory_region', 'shared_memory_offset', 'shared_memory_byte_size'])
  assertFits(served, datatype, shape)
  const size = parameters.get('binary_data_size')
  const data = input.get('data')
  if ((size === undefined) === (data === undefined)) {
    const got = data === undefined ? 'neither' : 'both'
    return refuseRequest(`input "${name}" must have exactly one of data and parameters.binary_data_size`, got)
  }
  if (data !== undefined) return tensorOfJson(name, datatype, shape, data)
  const length = countOf(`binary_data_size of input "${name}"`, size)
  return tensorOfBytes(name, datatype, shape, blobs.next(length, name))
}

/** Requests say type and shape themselves, so nothing is converted or completed as a session would do. */
function assertFits(served: ServedTensor, datatype: Datatype, shape: readonly number[]): void {
  const { name } = served
  if (datatype !== served.datatype) {
    const message = `Cannot use input "${name}": its datatype must be ${served.datatype}, got ${datatype}`
    throw new SlipwayError('SLP-S3', message, { expected: served.datatype, got: datatype })
  }
  const fits =
    !served.ranked ||
    (shape.length === served.shape.length &&
      served.shape.every((size, i) => size === -1 || size === shape[i]))
  if (fits) return
  const [expected, got] = [`[${served.shape}]`, `[${shape}]`]
  throw new SlipwayError('SLP-S4', `Cannot use input "${name}": its shape must be ${expected}, got ${got}`, {
    expected,
    got,
  })
}

function readOutputs(header: JsonObject, parameters: JsonObject, model: ServedModel): WantedOutput[] {
  const byDefault = flagOf('binary_data_output', parameters) ?? false
  const requested = header.get('outputs')
  if (requested === undefined) return model.outputs.map(({ name }) => ({ name, binary: byDefault }))
  const wanted = new Map<string, WantedOutput>()
  for (const item of arrayOf('outputs', requested)) {
    const output = objectOf('each output', item)
    const name = textOf('the name of an output', output.get('name'))
    if (wanted.has(name)) refuseRequest('each output must be asked for once', name)
    if (!model.outputs.some((one) => one.name === name))
      throw unknown('SLP-S5', 'output', name, model.outputs)
    const own = parametersOf(`output "${name}"`, output)
    refuseExtensions(own, ['classification', 'shared_memory_region'])
    wanted.set(name, { name, binary: flagOf('binary_data', own) ?? byDefault })
  }
  return wanted.size > 0
    ? [...wanted.values()]
    : model.outputs.map(({ name }) => ({ name, binary: byDefault }))
}

/** A body that is nothing but the tensor of the only input; a leading size that is open is then 1. */
function readRaw(body: Uint8Array, model: ServedModel): InferRequest {
  const [input] = model.inputs
  if (!input || model.inputs.length > 1) {
    return refuseRequest('a raw binary request needs a model with one input', `${model.inputs.length} inputs`)
  }
  const outputs = model.outputs.map(({ name }) => ({ name, binary: true }))
  const shape = rawShape(input, body.length)
  const data = input.datatype === 'BYTES' ? withLength(body) : body
  return {
    id: undefined,
    inputs: new Map([[input.name, tensorOfBytes(input.name, input.datatype, shape, data)]]),
    outputs,
  }
}

function rawShape({ name, datatype, shape, ranked }: ServedTensor, bytes: number): number[] {
  const several = shape.filter((size) => size === -1).length > 1
  const sizes = several && shape[0] === -1 ? [1, ...shape.slice(1)] : [...shape]
  const open = sizes.filter((size) => size === -1).length
  if (!ranked || open > 1)
    refuseRequest(`a raw binary request needs at most one open size of "${name}"`, `[${shape}]`)
  const known = sizes.reduce((product, size) => (size === -1 ? product : product * size), 1)
  const count = datatype === 'BYTES' ? 1 : bytes / elementBytes(datatype)
  return sizes.map((size) => (size === -1 ? Math.floor(count / (known || 1)) : size))
}

/** The one element of a raw request comes without its length. */
function withLength(body: Uint8Array): Uint8Array {
  const length = Buffer.alloc(4)
  length.writeUInt32LE(body.length)
  return Buffer.concat([length, body])
}

function unknown(
  code: 'SLP-S1' | 'SLP-S5',
  what: string,
  name: string,
  known: readonly ServedTensor[],
): SlipwayError {
  const names = known.map((one) => `"${one.name}"`).join(', ')
  const remedy = `The model has ${names}.`
  return new SlipwayError(
    code,
    `Cannot run model: it has no such ${what}, got ${JSON.stringify(name.slice(0, 200))}`,
    { remedy },
  )
}

function idOf(header: JsonObject): string | undefined {
  const id = header.get('id')
  return id === undefined ? undefined : textOf('id', id)
}

function parametersOf(what: string, owner: JsonObject): JsonObject {
  const parameters = owner.get('parameters')
  if (parameters === undefined) return new Map()
  const entries = objectOf(`parameters of ${what}`, parameters)
  for (const [key, value] of entries) {
    if (value === null || typeof value === 'object') {
      refuseRequest(`parameters of ${what} must be strings, numbers or booleans`, key)
    }
  }
  return entries
}

function refuseExtensions(parameters: JsonObject, names: readonly string[]): void {
  for (const name of names) {
    if (!parameters.has(name)) continue
    throw new SlipwayError(
      'SLP-R9',
      `Cannot read request: its parameters must be of a supported extension, got "${name}"`,
    )
  }
}

function flagOf(name: string, parameters: JsonObject): boolean | undefined {
  const value = parameters.get(name)
  if (value === undefined || typeof value === 'boolean') return value
  return refuseRequest(`parameter ${name} must be true or false`, String(value))
}

function objectOf(what: string, value: Json): JsonObject {
  return value instanceof Map ? value : refuseRequest(`${what} must be a JSON object`, kindOf(value))
}

function arrayOf(what: string, value: Json | undefined): JsonArray {
  return Array.isArray(value) ? value : refuseRequest(`${what} must be an array`, kindOf(value))
}

function textOf(what: string, value: Json | undefined): string {
  return typeof value === 'string' ? value : refuseRequest(`${what} must be a string`, kindOf(value))
}

function countOf(what: string, value: Json | undefined): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  return refuseRequest(
    `${what} must be a non-negative integer`,
    typeof value === 'object' ? kindOf(value) : String(value),
  )
}

function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  return value === null
    ? 'null'
    : Array.isArray(value)
      ? 'an array'
      : value instanceof Map
        ? 'an object'
        : `a ${typeof value}`
}
