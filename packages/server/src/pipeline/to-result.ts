/** What a run gave → what the client asked for. */
import { SlipwayError, type Tensor } from '@slipway/core'
import type { ServedVersion } from '../contract/served-version.ts'
import { classesOf, classify } from '../oip/classify.ts'
import { tryDatatypeOf } from '../oip/datatype.ts'
import type { InferenceOutput, InferenceRequest, InferenceResult } from '../oip/inference.ts'
import { noParameters } from '../oip/parameters.ts'

/** Throws SLP-R4 for a classification that cannot be made, SLP-S8 for an output that the run did not give. */
export function toResult(
  request: InferenceRequest,
  served: ServedVersion,
  names: readonly string[],
  outputs: ReadonlyMap<string, Tensor>,
): InferenceResult {
  const { model, version } = served
  const asked = new Map(request.outputs.map((output) => [output.name, output.parameters]))
  return {
    model,
    version,
    id: request.id,
    parameters: noParameters,
    outputs: names.map((name) => {
      const classes = classesOf(name, asked.get(name) ?? noParameters)
      return toOutput(name, classifyIfAsked(name, outputs.get(name), classes, served))
    }),
  }
}

function classifyIfAsked(
  name: string,
  given: Tensor | undefined,
  classes: number | undefined,
  { config, labels }: ServedVersion,
): Tensor | undefined {
  if (!given || classes === undefined) return given
  return classify(name, given, classes, { batched: config.maxBatchSize > 0, labels: labels.get(name) ?? [] })
}

function toOutput(name: string, given: Tensor | undefined): InferenceOutput {
  const datatype = given && tryDatatypeOf(given.dtype)
  if (given && datatype) return { name, datatype, tensor: given, parameters: noParameters }
  const got = given?.dtype ?? 'nothing'
  throw new SlipwayError('SLP-S8', `Cannot return output "${name}": it must be of a served type, got ${got}`)
}
