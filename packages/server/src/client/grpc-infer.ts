/** An inference over gRPC, with its tensors as raw contents. */
import { BinaryWriter } from '@bufbuild/protobuf/wire'
import type { Tensor } from '@slipway/core'
import { tensorOfContents } from '../grpc/contents.ts'
import { writeInferMessage } from '../grpc/infer-message.ts'
import { readInferReply, readStreamReply } from '../grpc/infer-reply.ts'
import { lengthDelimited } from '../grpc/read-fields.ts'
import type { WireTensor } from '../grpc/tensor-codec.ts'
import { bytesOfTensor, tensorOfBytes } from '../oip/binary-tensor.ts'
import { isDatatype } from '../oip/datatype.ts'
import { noParameters } from '../oip/parameters.ts'
import { refuseRequest } from '../oip/refuse-request.ts'
import { inputTensors } from './input-tensor.ts'
import { refused } from './outcome.ts'
import type { InferAnswer, InferOptions, StreamAnswer } from './types.ts'

export function writeInference(options: Partial<InferOptions> & Pick<InferOptions, 'inputs'>): Buffer {
  const { model = '', version = '', id = '', parameters = {}, outputs = [], classification = {} } = options
  const inputs = inputTensors(options.inputs)
  return writeInferMessage({
    model,
    version,
    id,
    parameters: new Map(Object.entries(parameters)),
    inputs: inputs.map(({ name, datatype, tensor }) => ({
      name,
      datatype,
      shape: tensor.shape,
      parameters: noParameters,
      contents: undefined,
    })),
    outputs: outputs.map((name) => {
      const classes = Object.hasOwn(classification, name) ? classification[name] : undefined
      return { name, parameters: classes ? new Map([['classification', classes]]) : noParameters }
    }),
    raw: inputs.map(({ tensor }) => bytesOfTensor(tensor)),
  })
}

/** A PredictRequest: the handle, and the inference without its model. */
export function writePrediction(handle: string, options: Pick<InferOptions, 'inputs'>): Uint8Array {
  const writer = new BinaryWriter().uint32(lengthDelimited(1)).string(handle)
  return writer.uint32(lengthDelimited(2)).bytes(writeInference(options)).finish()
}

export function readAnswer(bytes: Uint8Array): InferAnswer {
  const { model, version, id, parameters, outputs, raw } = readInferReply(bytes)
  return {
    model,
    version,
    id: id === '' ? undefined : id,
    parameters,
    outputs: new Map(outputs.map((output, i) => [output.name, readOutput(output, raw[i])])),
  }
}

function readOutput({ name, datatype, shape, contents }: WireTensor, raw: Uint8Array | undefined): Tensor {
  if (!isDatatype(datatype)) return refuseRequest('a datatype must be a known one', datatype)
  return raw ? tensorOfBytes(name, datatype, shape, raw) : tensorOfContents(name, datatype, shape, contents)
}

export function readStreamAnswer(bytes: Uint8Array): StreamAnswer {
  const { error, response } = readStreamReply(bytes)
  if (error === '') return { answer: readAnswer(response ?? new Uint8Array()) }
  const outcome = refused({ text: error, fallback: 'SLP-N2', retryAfterMs: undefined })
  const id = response && readInferReply(response).id
  return { id: id === '' ? undefined : id, error: outcome.error }
}
