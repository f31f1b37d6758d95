/** A server as its operators see it: through its control API, its events and its metrics, never from inside. */
import type { FastifyInstance } from 'fastify'
import type { ServerEvent } from '../contract/event.ts'

export interface Operator {
  /** Throws where the answer is no success. */
  json<T>(url: string, options?: { readonly method?: 'GET' | 'POST'; readonly body?: object }): Promise<T>
  load(model: string): Promise<void>
  /** Replaces a model's rollout, whatever its revision. */
  roll(model: string, rollout: object): Promise<void>
  /** Events of a kind that are not everyday business, oldest first. */
  events<K extends ServerEvent['kind']>(kind: K): Promise<Extract<ServerEvent, { kind: K }>[]>
  /** The value of a sample of `/metrics`; 0 for one that is not there. */
  metric(name: string, labels: Readonly<Record<string, string>>): Promise<number>
}

export function operatorOf(app: Pick<FastifyInstance, 'inject'>): Operator {
  const send = async (method: 'GET' | 'POST' | 'PUT', url: string, body?: object, headers = {}) => {
    const answer = await app.inject({ method, url, headers, ...(body && { payload: JSON.stringify(body) }) })
    if (answer.statusCode >= 300) throw new Error(`${method} ${url}: ${answer.statusCode} ${answer.payload}`)
    return answer
  }
  const json: Operator['json'] = async (url, { method = 'GET', body } = {}) =>
    (await send(method, url, body)).json()
  return {
    json,
    load: async (model) => void (await send('POST', `/v2/repository/models/${model}/load`)),
    async roll(model, rollout) {
      const path = `/slipway/v1/models/${model}/rollout`
      const { etag } = (await app.inject(path)).headers
      await send('PUT', path, rollout, etag === undefined ? {} : { 'if-match': String(etag) })
    },
    async events(kind) {
      const { events } = await json<{ events: { event: ServerEvent }[] }>('/slipway/v1/events?limit=500')
      return events
        .map(({ event }) => event)
        .filter((event): event is Extract<ServerEvent, { kind: typeof kind }> => event.kind === kind)
        .reverse()
    },
    async metric(name, labels) {
      const { payload } = await send('GET', '/metrics')
      return sampleOf(payload, name, labels)
    },
  }
}

/** The sum of the samples with this name and at least these labels. */
export function sampleOf(text: string, name: string, labels: Readonly<Record<string, string>>): number {
  const wanted = Object.entries(labels).map(([key, value]) => `${key}="${value}"`)
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${name}{`) && wanted.every((label) => line.includes(label)))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0)
}
