/** From a request to its result: finds the version, binds the request to it, and runs it. */
import { SlipwayError } from '@slipway/core'
import type { Infer } from '../contract/services.ts'
import { bindRequest } from '../oip/bind-request.ts'
import { tryDatatypeOf } from '../oip/datatype.ts'
import type { InferenceOutput } from '../oip/inference.ts'
import { noParameters } from '../oip/parameters.ts'
import type { ModelRepository } from '../repository/model-repository.ts'

export function inferWith(models: Pick<ModelRepository, 'find'>): Infer {
  return async (request, { signal }) => {
    const model = models.find(request.model, request.version)
    const { inputs, outputs } = bindRequest(request, model)
    // The tensors were made for this request, so the engine may have their memory.
    const results = await model.session.run(inputs, { outputs, signal, transfer: true })
    const written = outputs.map((name): InferenceOutput => {
      const tensor = results[name]
      const datatype = tensor?.kind === 'tensor' ? tryDatatypeOf(tensor.dtype) : undefined
      if (tensor?.kind === 'tensor' && datatype) return { name, datatype, tensor, parameters: noParameters }
      const got = tensor?.kind ?? 'nothing'
      throw new SlipwayError(
        'SLP-S8',
        `Cannot return output "${name}": it must be a tensor of a served type, got ${got}`,
      )
    })
    const { name, version } = model
    return { model: name, version, id: request.id, parameters: noParameters, outputs: written }
  }
}
