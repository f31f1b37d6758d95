/** The fields of a ModelInferRequest → the request, whatever model it will meet. */
import { tensorOfBytes } from '../oip/binary-tensor.ts'
import type { InferenceInput, InferenceRequest, RequestedOutput } from '../oip/inference.ts'
import { refuseRequest } from '../oip/refuse-request.ts'
import { assertUnique, knownDatatype, refuseSharedMemory } from '../oip/request-rules.ts'
import { tensorOfContents } from './contents.ts'
import type { InferMessage, WireOutput } from './infer-message.ts'
import type { WireTensor } from './tensor-codec.ts'

/** Throws SLP-R4 for a message that breaks a rule, SLP-R9 for an extension that is not supported. */
export function inferenceOf(message: InferMessage): InferenceRequest {
  const { model, version, id, parameters, inputs, outputs, raw } = message
  if (raw.length > 0) assertRaw(inputs, raw)
  assertUnique('input', inputs)
  assertUnique('output', outputs)
  return {
    model,
    version: version === '' ? undefined : version,
    id: id === '' ? undefined : id,
    parameters,
    inputs: inputs.map((input, i) => inputOf(input, raw[i])),
    outputs: outputs.map(outputOf),
  }
}

function assertRaw(inputs: readonly WireTensor[], raw: readonly Uint8Array[]): void {
  const typed = inputs.find(({ contents }) => contents)
  if (typed)
    refuseRequest('a request with raw_input_contents must have no contents', `those of "${typed.name}"`)
  if (raw.length !== inputs.length) {
    refuseRequest(`raw_input_contents must have an element for each of ${inputs.length} inputs`, raw.length)
  }
}

function inputOf(
  { name, datatype: given, shape, parameters, contents }: WireTensor,
  raw: Uint8Array | undefined,
): InferenceInput {
  const datatype = knownDatatype(name, given)
  const negative = shape.find((size) => size < 0)
  if (negative !== undefined) refuseRequest(`sizes of input "${name}" must not be negative`, negative)
  refuseSharedMemory(parameters)
  const tensor = () =>
    raw ? tensorOfBytes(name, datatype, shape, raw) : tensorOfContents(name, datatype, shape, contents)
  return { name, datatype, shape, parameters, tensor }
}

function outputOf({ name, parameters }: WireOutput): RequestedOutput {
  refuseSharedMemory(parameters)
  return { name, parameters }
}
