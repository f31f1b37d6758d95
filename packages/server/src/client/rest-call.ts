/** One HTTP request, and what became of it. */
import type { ErrorCode } from '@slipway/core'
import { Pool } from 'undici'
import { type Execution, type Outcome, refused, understood, unreachable } from './outcome.ts'
import type { Ask } from './transport.ts'
import type { TlsOptions } from './url.ts'

export interface RestRequest {
  readonly method?: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Buffer | string
  /** Statuses that are an answer, and no error. */
  readonly accepts?: readonly number[]
}

export interface RestReply {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly body: Buffer
}

export interface RestCaller {
  call<T>(request: RestRequest, ask: Ask, read: (reply: RestReply) => T): Promise<Outcome<T>>
  close(): Promise<void>
}

const codes: Readonly<Record<number, ErrorCode>> = {
  400: 'SLP-R4',
  401: 'SLP-R13',
  403: 'SLP-R14',
  404: 'SLP-R1',
  409: 'SLP-R18',
  413: 'SLP-R5',
  429: 'SLP-R10',
  501: 'SLP-R9',
  503: 'SLP-R3',
  504: 'SLP-R20',
}

export function restCaller(origin: string, prefix: string, tls: TlsOptions, connections: number): RestCaller {
  const pool = new Pool(origin, { connections, pipelining: 1, connect: { ...tls } })
  return {
    async call({ method = 'GET', path, headers, body, accepts = [] }, { signal, headers: own }, read) {
      let reply: RestReply
      try {
        const all = { ...own, ...headers }
        const answer = await pool.request({
          method,
          path: `${prefix}${path}`,
          headers: all,
          body: body ?? null,
          signal,
        })
        reply = {
          status: answer.statusCode,
          header: (name) => [answer.headers[name]].flat()[0],
          body: Buffer.from(await answer.body.arrayBuffer()),
        }
      } catch (error) {
        return unreachable(messageOf(error), executionOf(error), error)
      }
      if (reply.status === 200 || accepts.includes(reply.status)) return understood(() => read(reply))
      return refusal(reply)
    },
    close: () => pool.close(),
  }
}

/** What never had a connection never had a server. */
const neverSent: ReadonlySet<string> = new Set([
  ...['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT'],
])

function executionOf(error: unknown): Execution {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return neverSent.has(code) ? 'none' : 'unknown'
}

/** A connection that was tried at several addresses fails with one error for each. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.message || ('code' in error ? String(error.code) : error.name)
}

function refusal({ status, header, body }: RestReply): Outcome<never> {
  const seconds = Number(header('retry-after') ?? Number.NaN)
  return refused({
    text: errorText(body) ?? `status ${status}`,
    fallback: codes[status] ?? 'SLP-N2',
    retryAfterMs: Number.isFinite(seconds) ? seconds * 1000 : undefined,
  })
}

function errorText(body: Buffer): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString())
    return typeof value === 'object' && value && 'error' in value ? String(value.error) : undefined
  } catch {
    return undefined
  }
}
