/** Requests to a server, from several callers at the same time, and what became of them. */
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'

export interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
  readonly durationMs: number
}

export interface Sent {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export interface Load {
  readonly replies: readonly Reply[]
  /** Requests without an answer. */
  readonly lost: readonly string[]
}

export interface RunningLoad extends Load {
  stop(): Promise<Load>
}

/** For `pairGraph`: 1 + 1 and 2 + 2. */
export const pairBody = JSON.stringify({
  inputs: ['a', 'b'].map((name) => ({ name, datatype: 'FP32', shape: [1, 2], data: [1, 2] })),
})
export const pairInfer: Sent = { method: 'POST', body: pairBody }

/** For `slowGraph` and `wideGraph`: hundreds of additions of so many ones, of which one sum comes back. */
export function slowInfer(count: number): Sent {
  const outputs = [{ name: 'sum399', parameters: { classification: 1 } }]
  return { method: 'POST', ...binaryBody('x', count, outputs) }
}

/** For `echoGraph(['float32'])`: so many ones, there and back. */
export function echoInfer(count: number): Sent & { readonly body: Buffer } {
  const outputs = [{ name: 'float32_out', parameters: { binary_data: true } }]
  return { method: 'POST', ...binaryBody('float32_in', count, outputs) }
}

function binaryBody(name: string, count: number, outputs: readonly object[]) {
  const size = { binary_data_size: 4 * count }
  const inputs = [{ name, datatype: 'FP32', shape: [count], parameters: size }]
  const json = Buffer.from(JSON.stringify({ inputs, outputs }))
  return {
    headers: { 'inference-header-content-length': String(json.length) },
    body: Buffer.concat([json, Buffer.from(new Float32Array(count).fill(1).buffer)]),
  }
}

/** Connections that are kept between requests, as those of a busy client. */
export function connections(): Agent & Disposable {
  const agent = new Agent({ keepAlive: true })
  return Object.assign(agent, { [Symbol.dispose]: () => agent.destroy() })
}

/** One request; rejects where no whole answer comes. */
export function send(
  url: string,
  { method = 'GET', headers = {}, body }: Sent = {},
  agent?: Agent,
): Promise<Reply> {
  const startMs = performance.now()
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, ...(agent && { agent }) }, (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () =>
        resolve({
          status: answer.statusCode!,
          headers: answer.headers,
          body: Buffer.concat(chunks),
          durationMs: performance.now() - startMs,
        }),
      )
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

const pauseMs = 10

/** Callers that each send one request after the other until they are stopped, with a pause between them. */
export function startLoad(callers: number, act: (agent: Agent) => Promise<Reply>): RunningLoad {
  const agent = connections()
  const replies: Reply[] = []
  const lost: string[] = []
  let isOver = false
  const call = async () => {
    while (!isOver) {
      try {
        replies.push(await act(agent))
      } catch (error) {
        lost.push(String(error))
      }
      await wait(pauseMs)
    }
  }
  const all = Promise.all(Array.from({ length: callers }, call))
  return {
    replies,
    lost,
    async stop() {
      isOver = true
      await all
      agent.destroy()
      return { replies, lost }
    },
  }
}

/** A number of requests from several callers. */
export async function sendAll(
  count: number,
  callers: number,
  act: (i: number, agent: Agent) => Promise<Reply>,
): Promise<Load> {
  const agent = connections()
  const replies: Reply[] = []
  const lost: string[] = []
  let next = 0
  const call = async () => {
    while (next < count) {
      try {
        replies.push(await act(next++, agent))
      } catch (error) {
        lost.push(String(error))
      }
    }
  }
  await Promise.all(Array.from({ length: callers }, call))
  agent.destroy()
  return { replies, lost }
}

/** How often each status came. */
export function statuses({ replies }: Load): Record<number, number> {
  const counts: Record<number, number> = {}
  for (const { status } of replies) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

/** The JSON of an answer, which the test knows. */
export const jsonOf = ({ body }: Reply): Record<string, unknown> => JSON.parse(String(body))

/** The sum of all samples of a metric with all these labels. */
export function metricSum(text: string, name: string, ...labels: string[]): number {
  return text
    .split('\n')
    .filter(
      (line) => new RegExp(`^${name}(\\{|\\s)`).test(line) && labels.every((label) => line.includes(label)),
    )
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' '))), 0)
}
