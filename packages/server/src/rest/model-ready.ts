import { isModelReady } from '../control/readiness.ts'
import { defineRoute, jsonReply } from '../http/route.ts'

export const modelReady = defineRoute({
  method: 'GET',
  paths: ['/v2/models/:model/ready', '/v2/models/:model/versions/:version/ready'],
  about: 'Whether a model can be run; 503 where it is loading or failed to load.',
  permission: { group: 'health', access: 'read' },
  errors: ['SLP-R1', 'SLP-R2', 'SLP-R4'],
  handle: ({ params, services }) => {
    const name = params['model']!
    const isReady = isModelReady(services, name, params['version'])
    return jsonReply({ name, ready: isReady }, isReady ? 200 : 503)
  },
})
