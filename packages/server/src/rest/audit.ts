import { defineRoute, jsonReply } from '../http/route.ts'
import { refuseRequest } from '../oip/refuse-request.ts'

const mostRecords = 1000
const usualRecords = 100

export const audit = defineRoute({
  method: 'GET',
  paths: ['/slipway/v1/audit'],
  about: 'Who changed what, newest first; `limit` at a time, those before the id `before`.',
  permission: { group: 'administration', access: 'read' },
  errors: ['SLP-R4', 'SLP-R17'],
  async handle({ query, services: { store } }) {
    const limit = wholeNumber('limit', query['limit']) ?? usualRecords
    const beforeId = wholeNumber('before', query['before'])
    const records = await store.audit.list({
      limit: Math.min(limit, mostRecords),
      ...(beforeId !== undefined && { beforeId }),
    })
    return jsonReply({ records })
  },
})

export function wholeNumber(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  return /^\d{1,15}$/.test(text) ? Number(text) : refuseRequest(`${name} must be a number`, text)
}
