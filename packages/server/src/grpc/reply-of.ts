/** The result of an inference → the bytes of a ModelInferResponse. */
import { bytesOfTensor } from '../oip/binary-tensor.ts'
import type { InferenceRequest, InferenceResult } from '../oip/inference.ts'
import { flagOf } from '../oip/json-fields.ts'
import type { Parameters } from '../oip/parameters.ts'
import { contentsOfTensor } from './contents.ts'
import { writeInferReply } from './infer-reply.ts'

/** Asked for with false, as over REST, the outputs travel as typed contents: most clients read raw ones only. */
const rawParameter = 'binary_data_output'

/** Whether the outputs of a request travel as bytes. Throws SLP-R4 where it does not say so with a boolean. */
export function wantsRaw({ parameters }: InferenceRequest): boolean {
  return parameters.size === 0 || (flagOf(rawParameter, parameters) ?? true)
}

/** Throws SLP-R4 for an output that typed contents cannot carry. */
export function writeResult(result: InferenceResult, isRaw: boolean, added?: Parameters): Buffer {
  const { model, version, id = '', outputs } = result
  const parameters = added ? new Map([...result.parameters, ...added]) : result.parameters
  return writeInferReply({
    model,
    version,
    id,
    parameters,
    outputs: outputs.map(({ name, datatype, tensor, parameters: own }) => ({
      name,
      datatype,
      shape: tensor.shape,
      parameters: own,
      contents: isRaw ? undefined : contentsOfTensor(name, datatype, tensor),
    })),
    raw: isRaw ? outputs.map(({ tensor }) => bytesOfTensor(tensor)) : [],
  })
}
