/** What a server says of itself at `/metrics`, in the text format of Prometheus. */
import { Agent, request } from 'undici'
import type { TargetOptions } from './target.ts'

export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

const line = /^([A-Za-z_:][\w:]*)(?:\{(.*)\})?\s+(\S+)/
const label = /([A-Za-z_]\w*)="((?:[^"\\]|\\.)*)"/g
const escapes: Readonly<Record<string, string>> = { n: '\n' }

export function parseMetrics(text: string): Sample[] {
  return text.split('\n').flatMap((row) => {
    const match = line.exec(row)
    if (!match) return []
    const [, name = '', labels = '', value = ''] = match
    const pairs = [...labels.matchAll(label)].map(
      ([, key = '', raw = '']) =>
        [key, raw.replace(/\\(.)/g, (_, mark: string) => escapes[mark] ?? mark)] as const,
    )
    return [{ name, labels: Object.fromEntries(pairs), value: numberOf(value) }]
  })
}

const numberOf = (text: string) => Number(text.replace(/^([+-]?)Inf$/, '$1Infinity'))

/** The sum of all samples of this name with these labels; undefined where there is none. */
export function sumOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string | undefined>> = {},
): number | undefined {
  const wanted = Object.entries(labels).filter(([, value]) => value !== undefined)
  const found = samples.filter(
    (sample) => sample.name === name && wanted.every(([key, value]) => sample.labels[key] === value),
  )
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
}

export type ReadMetrics = () => Promise<readonly Sample[] | undefined>

const longestMs = 2000

/** Reads the metrics at an address; undefined where there are none. */
export function metricsReader(
  url: string,
  { headers, tls }: Pick<TargetOptions, 'headers' | 'tls'>,
): ReadMetrics {
  const dispatcher = new Agent({ connect: { ...tls } })
  return async () => {
    try {
      const signal = AbortSignal.timeout(longestMs)
      const { statusCode, body } = await request(url, { headers, signal, dispatcher })
      const text = await body.text()
      return statusCode === 200 ? parseMetrics(text) : undefined
    } catch {
      return undefined
    }
  }
}
