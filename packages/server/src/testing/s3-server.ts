/** A small S3-compatible server: lists, reads and refuses as the real ones do. For tests of what asks it. */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { S3Options } from '../source/s3-options.ts'
import { isSigned } from './s3-signature.ts'

export interface S3Server extends AsyncDisposable {
  readonly options: S3Options
  /** Objects by key. */
  readonly objects: Map<string, StoredObject>
  /** Method and path of every request, in order. */
  readonly requests: string[]
  /** Called before each answer; does nothing unless set. */
  onRequest: (path: string) => void
  /** What the next requests get instead of their answers, in order. */
  readonly faults: Fault[]
  put(key: string, content: Uint8Array | string, modifiedMs?: number): void
}

export interface StoredObject {
  readonly bytes: Uint8Array
  readonly etag: string
  readonly modifiedMs: number
}

/** A status, a connection that is cut after some bytes of the answer, or silence. */
export type Fault = { readonly status: number } | { readonly cutAfter: number } | 'silence'

const bucket = 'models'
const accessKeyId = 'KEY'
const secretAccessKey = 'secret'
const region = 'eu-central-1'

/** Listens on a port of its own. A page of a list has `pageSize` objects. */
export async function s3Server({ pageSize = 1000 } = {}): Promise<S3Server> {
  const objects = new Map<string, StoredObject>()
  const requests: string[] = []
  const faults: Fault[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    running.onRequest(request.url!)
    const fault = faults.shift()
    if (fault === 'silence') return
    if (fault && 'status' in fault) {
      sendError(response, fault.status, fault.status === 503 ? 'SlowDown' : 'InternalError')
      return
    }
    answer(request, response, { objects, pageSize, cutAfter: fault?.cutAfter })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo // it listens on TCP
  const running: S3Server = {
    onRequest: () => {},
    options: {
      location: { bucket, prefix: '', endpoint: `http://127.0.0.1:${port}` },
      region,
      pathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    },
    objects,
    requests,
    faults,
    put(key, content, modifiedMs = Date.now()) {
      const bytes = typeof content === 'string' ? Buffer.from(content) : content
      objects.set(key, { bytes, etag: `"${createHash('md5').update(bytes).digest('hex')}"`, modifiedMs })
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return running
}

interface Answering {
  readonly objects: ReadonlyMap<string, StoredObject>
  readonly pageSize: number
  readonly cutAfter: number | undefined
}

function answer(request: IncomingMessage, response: ServerResponse, how: Answering): void {
  const url = new URL(request.url!, 'http://host')
  const [, name, ...rest] = url.pathname.split('/').map(decodeURIComponent)
  const key = rest.join('/')
  const object = how.objects.get(key)
  const wanted = request.headers['if-match']
  if (!isSigned(request, accessKeyId, secretAccessKey, region)) sendError(response, 403, 'AccessDenied')
  else if (name !== bucket) sendError(response, 404, 'NoSuchBucket')
  else if (key === '') list(url.searchParams, response, how)
  else if (!object) sendError(response, 404, 'NoSuchKey')
  else if (wanted !== undefined && wanted !== object.etag) sendError(response, 412, 'PreconditionFailed')
  else send(response, object, how.cutAfter)
}

function send(response: ServerResponse, { bytes, etag }: StoredObject, cutAfter: number | undefined): void {
  response.writeHead(200, { 'content-length': bytes.length, etag })
  if (cutAfter === undefined) response.end(bytes)
  else response.write(bytes.subarray(0, cutAfter), () => response.destroy())
}

function list(query: URLSearchParams, response: ServerResponse, { objects, pageSize }: Answering): void {
  const keys = [...objects.keys()].filter((key) => key.startsWith(query.get('prefix') ?? '')).sort()
  const start = Number(query.get('continuation-token') ?? 0)
  const page = keys.slice(start, start + pageSize)
  const isCut = start + pageSize < keys.length
  const contents = page.map((key) => {
    const { bytes, etag, modifiedMs } = objects.get(key)!
    const name = encodeURIComponent(key).replaceAll('%2F', '/')
    return `<Contents><Key>${name}</Key><LastModified>${new Date(modifiedMs).toISOString()}</LastModified><ETag>${etag.replaceAll('"', '&quot;')}</ETag><Size>${bytes.length}</Size></Contents>`
  })
  const next = isCut ? `<NextContinuationToken>${start + pageSize}</NextContinuationToken>` : ''
  sendXml(
    response,
    200,
    `<ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${isCut}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`,
  )
}

function sendError(response: ServerResponse, status: number, code: string): void {
  sendXml(response, status, `<Error><Code>${code}</Code><Message>no</Message></Error>`)
}

function sendXml(response: ServerResponse, status: number, xml: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(`<?xml version="1.0" encoding="UTF-8"?>\n${xml}`)
}
