/** Signatures of requests as Amazon's servers check them (Signature Version 4), written from its specification. */
import { createHash, createHmac } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

const hashOf = (text: string) => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()

/** All but letters, digits and `-._~` as percent escapes. */
const escaped = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`)

/** True where the request carries the signature that the key and the secret give. */
export function isSigned(
  request: IncomingMessage,
  accessKeyId: string,
  secret: string,
  region: string,
): boolean {
  const pattern =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/
  const [, key, day, zone, names, signature] = pattern.exec(request.headers.authorization ?? '') ?? []
  const time = String(request.headers['x-amz-date'])
  if (key !== accessKeyId || zone !== region || !time.startsWith(day!)) return false
  const signing = ['aws4_request', 's3', zone, day!].reduceRight(
    (from: string | Buffer, part) => hmac(from, part),
    `AWS4${secret}`,
  )
  const text = [
    'AWS4-HMAC-SHA256',
    time,
    `${day}/${zone}/s3/aws4_request`,
    hashOf(canonical(request, names!)),
  ].join('\n')
  return hmac(signing, text).toString('hex') === signature
}

function canonical(request: IncomingMessage, names: string): string {
  const url = new URL(request.url!, 'http://host')
  const path = url.pathname
    .split('/')
    .map((part) => escaped(decodeURIComponent(part)))
    .join('/')
  const query = [...url.searchParams].map(([name, value]) => `${escaped(name)}=${escaped(value)}`).sort()
  const headers = names.split(';').map((name) => `${name}:${String(request.headers[name]).trim()}\n`)
  const payload = String(request.headers['x-amz-content-sha256'])
  return [request.method, path, query.join('&'), headers.join(''), names, payload].join('\n')
}
