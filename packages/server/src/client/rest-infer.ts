/** An inference over REST, with its tensors as bytes behind the JSON. */
import { elementCount, type Tensor } from '@slipway/core'
import { bytesOfTensor, tensorOfBytes } from '../oip/binary-tensor.ts'
import { isDatatype } from '../oip/datatype.ts'
import { headerLength } from '../oip/header-length.ts'
import { arrayOf, countOf, objectOf, parametersOf, textOf } from '../oip/json-fields.ts'
import { type JsonObject, readJson } from '../oip/json-read.ts'
import { tensorOfJson } from '../oip/json-tensor.ts'
import type { Parameter } from '../oip/parameters.ts'
import { refuseRequest } from '../oip/refuse-request.ts'
import { inputTensors } from './input-tensor.ts'
import type { InferAnswer, InferOptions } from './types.ts'

interface RestInference {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export function writeInference(options: Omit<InferOptions, 'model' | 'version'>): RestInference {
  const { id, parameters = {}, classification = {} } = options
  const blobs: Uint8Array[] = []
  const inputs = inputTensors(options.inputs).map(({ name, datatype, tensor }) => {
    const bytes = bytesOfTensor(tensor)
    blobs.push(bytes)
    return JSON.stringify({
      name,
      datatype,
      shape: tensor.shape,
      parameters: { binary_data_size: bytes.length },
    })
  })
  const outputs = options.outputs?.map((name) => {
    const classes = Object.hasOwn(classification, name) ? classification[name] : undefined
    return JSON.stringify({
      name,
      parameters: { binary_data: true, ...(classes && { classification: classes }) },
    })
  })
  const parts = [
    ...(id === undefined ? [] : [`"id":${JSON.stringify(id)}`]),
    `"parameters":${jsonOf({ ...parameters, binary_data_output: true })}`,
    `"inputs":[${inputs.join(',')}]`,
    ...(outputs ? [`"outputs":[${outputs.join(',')}]`] : []),
  ]
  const head = Buffer.from(`{${parts.join(',')}}`)
  const headers = { 'content-type': 'application/octet-stream', [headerLength]: String(head.length) }
  return { headers, body: Buffer.concat([head, ...blobs]) }
}

/** With every bit of integers and floats, which `JSON.stringify` refuses or rounds. */
function jsonOf(parameters: Readonly<Record<string, Parameter>>): string {
  const entries = Object.entries(parameters).map(([key, value]) => `${JSON.stringify(key)}:${scalar(value)}`)
  return `{${entries.join(',')}}`
}

function scalar(value: Parameter): string {
  if (typeof value === 'string') return JSON.stringify(value)
  return Object.is(value, -0) ? '-0' : String(value)
}

/** Reads a body of which the first `headerBytes` are JSON; all of it where they are not given. */
export function readAnswer(body: Uint8Array, headerBytes: number | undefined): InferAnswer {
  const header = objectOf('the answer', readJson(body.subarray(0, headerBytes)))
  const outputs = new Map<string, Tensor>()
  let at = headerBytes ?? body.length
  for (const item of arrayOf('outputs', header.get('outputs'))) {
    const output = objectOf('each output', item)
    const name = textOf('the name of an output', output.get('name'))
    const size = parametersOf(name, output).get('binary_data_size')
    const length = size === undefined ? 0 : countOf('binary_data_size', size)
    outputs.set(
      name,
      readOutput(name, output, size === undefined ? undefined : body.subarray(at, at + length)),
    )
    at += length
  }
  const id = header.get('id')
  return {
    model: textOf('model_name', header.get('model_name')),
    version: textOf('model_version', header.get('model_version') ?? ''),
    id: id === undefined ? undefined : textOf('id', id),
    parameters: parametersOf('the answer', header),
    outputs,
  }
}

function readOutput(name: string, output: JsonObject, bytes: Uint8Array | undefined): Tensor {
  const datatype = textOf('datatype', output.get('datatype'))
  if (!isDatatype(datatype)) return refuseRequest('a datatype must be a known one', datatype)
  const shape = arrayOf('shape', output.get('shape')).map((size) => countOf('a size', size))
  if (bytes) return tensorOfBytes(name, datatype, shape, bytes)
  const data = output.get('data')
  if (data === undefined) refuseRequest(`output "${name}" must have data`, elementCount(shape))
  return tensorOfJson(name, datatype, shape, data ?? [])
}
