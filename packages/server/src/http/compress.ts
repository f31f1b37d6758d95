/** Compression of answers, as `Accept-Encoding` asks for it. */
import { promisify } from 'node:util'
import { deflate, gzip } from 'node:zlib'

const encoders = { gzip: promisify(gzip), deflate: promisify(deflate) } as const

type ContentEncoding = keyof typeof encoders

const names = Object.keys(encoders) as ContentEncoding[] // keys of a literal object

/** Smaller answers are sent as they are, unless the client refuses that. */
const leastBytes = 1024

/** The encoding that a client likes best, gzip before deflate; undefined where it likes none better than identity. */
export function chooseEncoding(accept: string | undefined, bytes: number): ContentEncoding | undefined {
  if (accept === undefined) return undefined
  const weights = parseWeights(accept)
  const weightOf = (name: string) => weights.get(name) ?? weights.get('*') ?? 0
  const [best] = names.filter((name) => weightOf(name) > 0).sort((a, b) => weightOf(b) - weightOf(a))
  if (best === undefined) return undefined
  const plain = weights.get('identity')
  if (plain === 0) return best
  if (bytes < leastBytes || (plain !== undefined && plain > weightOf(best))) return undefined
  return best
}

export function compress(body: Uint8Array, encoding: ContentEncoding): Promise<Uint8Array> {
  return encoders[encoding](body)
}

/** `gzip;q=0.5, deflate` → weights by name (RFC 9110, 12.4.2). What is no weight counts as 0. */
function parseWeights(accept: string): ReadonlyMap<string, number> {
  const list = accept.split(',').map((item): [string, number] => {
    const [name = '', ...parameters] = item.split(';').map((part) => part.trim().toLowerCase())
    const weight = parameters.find((parameter) => parameter.startsWith('q='))
    return [name, weight === undefined ? 1 : Number(weight.slice(2)) || 0]
  })
  return new Map(list.filter(([name]) => name !== ''))
}
