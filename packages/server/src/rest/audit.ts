import { queryNumber } from '../http/query-number.ts'
import { defineRoute, jsonReply } from '../http/route.ts'

const mostRecords = 1000
const usualRecords = 100

export const audit = defineRoute({
  method: 'GET',
  paths: ['/slipway/v1/audit'],
  about: 'Who changed what, newest first; `limit` at a time, those before the id `before`.',
  permission: { group: 'administration', access: 'read' },
  errors: ['SLP-R4', 'SLP-R17'],
  async handle({ query, services: { store } }) {
    const limit = queryNumber(query, 'limit') ?? usualRecords
    const beforeId = queryNumber(query, 'before')
    const records = await store.audit.list({
      limit: Math.min(limit, mostRecords),
      ...(beforeId !== undefined && { beforeId }),
    })
    return jsonReply({ records })
  },
})
