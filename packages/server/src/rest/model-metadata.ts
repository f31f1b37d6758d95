import { defineRoute, jsonReply } from '../http/route.ts'
import type { ServedTensor } from '../oip/served-tensor.ts'

export const modelMetadata = defineRoute({
  method: 'GET',
  paths: ['/v2/models/:model', '/v2/models/:model/versions/:version'],
  about: 'Inputs and outputs of a model, and its versions that are ready.',
  permission: { group: 'metadata', access: 'read' },
  errors: ['SLP-R1', 'SLP-R2', 'SLP-R3', 'SLP-R4'],
  handle: ({ params, services: { models } }) => {
    const { model, config, inputs, outputs } = models.find(params['model']!, params['version'])
    return jsonReply({
      name: model,
      versions: models.versions(model).map(({ version }) => version),
      platform: config.platform,
      inputs: inputs.map(describe),
      outputs: outputs.map(describe),
    })
  },
})

const describe = ({ name, datatype, shape }: ServedTensor) => ({ name, datatype, shape })
