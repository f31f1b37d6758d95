import { modelConfigToJson } from '../config/model-config-json.ts'
import { defineRoute, jsonReply } from '../http/route.ts'

export const modelConfig = defineRoute({
  method: 'GET',
  paths: ['/v2/models/:model/config', '/v2/models/:model/versions/:version/config'],
  about: 'How a model is served, with what its graph said itself.',
  permission: { group: 'model-config', access: 'read' },
  errors: ['SLP-R1', 'SLP-R2', 'SLP-R3', 'SLP-R4'],
  handle: ({ params, services: { models } }) =>
    jsonReply(modelConfigToJson(models.find(params['model']!, params['version']).config)),
})
