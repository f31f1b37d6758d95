import { defineRoute } from '../http/route.ts'

export const metrics = defineRoute({
  method: 'GET',
  paths: ['/metrics'],
  about: 'Metrics in the text format of Prometheus.',
  permission: { group: 'statistics', access: 'read' },
  errors: [],
  async handle({ services: { metrics } }) {
    const headers = { 'content-type': metrics.contentType }
    return { status: 200, headers, body: Buffer.from(await metrics.text()) }
  },
})
