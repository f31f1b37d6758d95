/** The two calls of the S3 protocol that reading needs, signed and tried again. */
import { setTimeout as sleep } from 'node:timers/promises'
import { SlipwayError } from '@slipway/core'
import { AwsClient } from 'aws4fetch'
import { type RetryOptions, retry } from './retry.ts'
import type { S3Options } from './s3-options.ts'
import { readS3Error, readS3Page, type S3Page } from './s3-xml.ts'

export interface S3ClientOptions extends S3Options {
  readonly retry?: Partial<RetryOptions> | undefined
  /** How long nothing may arrive before a request counts as failed; 30 000 unless given. */
  readonly timeoutMs?: number | undefined
}

export interface S3Client {
  /** One page of the objects below a prefix. */
  list(prefix: string, token: string | undefined): Promise<S3Page>
  /**
   * Hands the object to `take`, once more from its start where reading it fails.
   *
   * @returns undefined where there is no such object, or where it is no longer the one with the tag that is wanted.
   */
  get<T>(key: string, options: GetOptions, take: Take<T>): Promise<T | undefined>
}

export interface GetOptions {
  readonly etag?: string | undefined
  readonly signal?: AbortSignal | undefined
}

export type Take<T> = (chunks: AsyncIterable<Uint8Array>) => Promise<T>

/** What went wrong, and whether trying again may help. */
class StoreFailure extends Error {
  readonly status: number | undefined
  constructor(message: string, status: number | undefined, cause?: unknown) {
    super(message, { cause })
    this.status = status
  }
}

const defaultRetry: RetryOptions = {
  attempts: 5,
  pauseMs: 200,
  sleep: async (ms, signal) => void (await sleep(ms, undefined, signal && { signal })),
  random: Math.random,
}

/** Throws (its calls) SLP-F8 where the store refuses or does not answer, however often it is asked. */
export function s3Client(options: S3ClientOptions): S3Client {
  const base = bucketUrl(options)
  const send = sender(options)
  return {
    async list(prefix, token) {
      const query = new URLSearchParams({ 'list-type': '2', prefix, 'encoding-type': 'url' })
      if (token !== undefined) query.set('continuation-token', token)
      // A plus sign for a space is not what gets signed.
      const url = `${base}?${query.toString().replaceAll('+', '%20')}`
      const page = await send({ url, headers: {} }, async (response, chunks) => ({
        ...readS3Page((await bytesOf(chunks)).toString()),
        dateMs: Date.parse(response.headers.get('date') ?? ''),
      }))
      if (page) return page
      throw storeError(new StoreFailure('there is no such bucket', 404))
    },
    get(key, { etag, signal }, take) {
      const url = base + key.split('/').map(encodeURIComponent).join('/')
      const headers: Record<string, string> = etag === undefined ? {} : { 'if-match': etag }
      return send({ url, headers, signal }, (_, chunks) => take(chunks))
    },
  }
}

export async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  return Buffer.concat(parts)
}

interface Wanted {
  readonly url: string
  readonly headers: Record<string, string>
  readonly signal?: AbortSignal | undefined
}

type Use<T> = (response: Response, chunks: AsyncIterable<Uint8Array>) => Promise<T>

function sender(options: S3ClientOptions) {
  const { region, credentials, timeoutMs = 30_000 } = options
  const keys = credentials && withoutUndefined(credentials)
  const signer = keys && new AwsClient({ ...keys, region, service: 's3', retries: 0 })
  const retrying = { ...defaultRetry, ...options.retry }

  return async <T>({ url, headers, signal }: Wanted, use: Use<T>): Promise<T | undefined> => {
    const attempt = async () => {
      const watch = idleWatch(timeoutMs, signal)
      try {
        const response = await answer(signer, url, { headers, signal: watch.signal })
        return response && (await use(response, watched(response, watch.touch)))
      } finally {
        watch.stop()
      }
    }
    try {
      return await retry(attempt, mayRetry, retrying, signal)
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      throw error instanceof StoreFailure ? storeError(error) : error
    }
  }
}

/** A signal that aborts once nothing has arrived for a while. */
function idleWatch(timeoutMs: number, signal: AbortSignal | undefined) {
  const watch = new AbortController()
  const timer = setTimeout(() => watch.abort(new Error('nothing arrived for too long')), timeoutMs)
  return {
    signal: signal ? AbortSignal.any([signal, watch.signal]) : watch.signal,
    touch: () => void timer.refresh(),
    stop: () => clearTimeout(timer),
  }
}

async function* watched(response: Response, touch: () => void): AsyncGenerator<Uint8Array> {
  if (!response.body) return
  try {
    for await (const chunk of response.body) {
      touch()
      yield chunk
    }
  } catch (cause) {
    throw new StoreFailure(
      cause instanceof Error ? cause.message : 'the answer ended early',
      undefined,
      cause,
    )
  }
}

/** Undefined for what is not there. */
async function answer(
  signer: AwsClient | undefined,
  url: string,
  init: { readonly headers: Record<string, string>; readonly signal: AbortSignal },
): Promise<Response | undefined> {
  const response = await (signer ? signer.fetch(url, init) : fetch(url, init)).catch((cause: Error) => {
    const reason = cause.cause instanceof Error ? cause.cause.message : cause.message
    throw new StoreFailure(reason, undefined, cause)
  })
  if (response.ok) return response
  const words = readS3Error(await response.text().catch(() => ''))
  if (response.status === 412 || (response.status === 404 && words.code !== 'NoSuchBucket')) return undefined
  throw new StoreFailure(`${response.status} ${words.code ?? response.statusText}`.trim(), response.status)
}

/** Without an answer, and where the store says that it is busy or broken. */
function mayRetry(error: unknown): boolean {
  if (!(error instanceof StoreFailure)) return false
  return error.status === undefined || error.status >= 500 || error.status === 429 || error.status === 408
}

function storeError(error: unknown): SlipwayError {
  const reason = error instanceof Error ? error.message : String(error)
  const isRefused = error instanceof StoreFailure && (error.status === 403 || error.status === 401)
  return new SlipwayError('SLP-F8', `Cannot read from object store: it must answer, got "${reason}"`, {
    cause: error,
    ...(isRefused && { remedy: 'Check the credentials, the region and the rights on the bucket.' }),
  })
}

function bucketUrl({ location, region, pathStyle }: S3Options): string {
  const { bucket, endpoint = `https://s3.${region}.amazonaws.com` } = location
  if (pathStyle) return `${endpoint.replace(/\/+$/, '')}/${bucket}/`
  const url = new URL(endpoint)
  url.host = `${bucket}.${url.host}`
  return url.href.endsWith('/') ? url.href : `${url.href}/`
}

function withoutUndefined({ sessionToken, ...keys }: NonNullable<S3Options['credentials']>) {
  return sessionToken === undefined ? keys : { ...keys, sessionToken }
}
