/**
 * Times tensors as JSON against what a server without a reader of its own does, in turns within one process:
 * `node bench/dist/json-tensors.js` after a build.
 */
import { tensor } from '@slipway/core'
import { xorshift } from './inputs.ts'
import { median, speedups } from './statistics.ts'
import { table } from './table.ts'

type InferRequest = typeof import('../packages/server/dist/oip/infer-request.js')
type JsonTensor = typeof import('../packages/server/dist/oip/json-tensor.js')
/** Of the built server: these are no exports of the package. */
const built = (file: string) =>
  import(new URL(`../../packages/server/dist/oip/${file}`, import.meta.url).href)
const { readInferRequest: read }: InferRequest = await built('infer-request.js')
const { jsonOfTensor: write }: JsonTensor = await built('json-tensor.js')

const [height, width, channels] = [224, 224, 3]
const count = height * width * channels
const rounds = Number(process.argv[2] ?? 60)

interface Form {
  readonly name: string
  readonly datatype: 'FP32' | 'FP64'
  readonly texts: readonly string[]
  readonly nested?: boolean
  readonly comma?: string
}

const uniform = xorshift(20261101)
const pixels = Array.from({ length: count }, () => Math.floor(uniform() * 256))
const shares = pixels.map((pixel) => String(pixel / 255))
const decimals = pixels.map((pixel) => (pixel / 255).toFixed(8))
const integers = pixels.map(String)
const forms: readonly Form[] = [
  { name: 'pixel / 255, up to 17 digits', datatype: 'FP32', texts: shares },
  { name: 'pixel / 255, 8 digits', datatype: 'FP32', texts: decimals },
  { name: 'pixel, 0 to 255', datatype: 'FP32', texts: integers },
  { name: 'pixel / 255, up to 17 digits, nested', datatype: 'FP32', texts: shares, nested: true },
  { name: 'pixel / 255, 8 digits, nested', datatype: 'FP32', texts: decimals, nested: true },
  { name: 'pixel, nested', datatype: 'FP32', texts: integers, nested: true },
  { name: 'pixel / 255, 8 digits, spaces', datatype: 'FP32', texts: decimals, comma: ', ' },
  { name: 'pixel, spaces', datatype: 'FP32', texts: integers, comma: ', ' },
  {
    name: 'normalised, up to 17 digits',
    datatype: 'FP32',
    texts: pixels.map((pixel) => String((pixel / 255 - 0.485) / 0.229)),
  },
  { name: 'pixel / 255, up to 17 digits', datatype: 'FP64', texts: shares },
]

function bodyOf({ datatype, texts, nested = false, comma = ',' }: Form): Buffer {
  const groups = (list: readonly string[], size: number) =>
    Array.from(
      { length: list.length / size },
      (_, i) => `[${list.slice(i * size, (i + 1) * size).join(comma)}]`,
    )
  const data = nested ? `[${groups(groups(texts, channels), width).join(comma)}]` : `[${texts.join(comma)}]`
  return Buffer.from(
    `{"inputs":[{"name":"x","datatype":"${datatype}","shape":[1,${height},${width},${channels}],"data":${nested ? `[${data}]` : data}}]}`,
  )
}

type Nested = readonly (number | Nested)[]

/** Straight loops: `flat(Infinity)` takes several times as long. */
function flatten(list: Nested, out: Float32Array | Float64Array, from: number): number {
  let at = from
  for (const item of list) {
    if (typeof item === 'number') out[at++] = item
    else at = flatten(item, out, at)
  }
  return at
}

function byParse(body: Buffer, { datatype }: Form): Float32Array | Float64Array {
  const { inputs } = JSON.parse(body.toString()) as { inputs: readonly [{ data: Nested }] } // as written above
  const out = datatype === 'FP32' ? new Float32Array(count) : new Float64Array(count)
  flatten(inputs[0].data, out, 0)
  return out
}

function byReader(body: Buffer): unknown {
  const { inputs } = read(body, undefined, { model: 'm', version: undefined }).request
  const [input] = inputs
  if (typeof input !== 'object') throw new Error('Cannot read the request: it must be JSON, got raw bytes')
  return input.tensor().data
}

/** Milliseconds of each round, the two in turns, and that they agree. */
function measure(name: string, baseline: () => unknown, own: () => unknown): readonly (string | number)[] {
  if (JSON.stringify(baseline()) !== JSON.stringify(own()))
    throw new Error(`Cannot compare ${name}: the results differ`)
  const [theirs, ours]: [number[], number[]] = [[], []]
  const time = (times: number[], work: () => unknown) => {
    const start = performance.now()
    work()
    times.push(performance.now() - start)
  }
  for (let round = 0; round < rounds; round++) {
    time(theirs, baseline)
    time(ours, own)
  }
  const best = [Math.min(...theirs), Math.min(...ours)] as const
  return [
    name,
    best[0].toFixed(2),
    best[1].toFixed(2),
    (best[0] / best[1]).toFixed(1),
    speedups(theirs, ours).median.toFixed(1),
    median(ours).toFixed(2),
  ]
}

const head = [
  'what',
  'best ms, JSON.parse',
  'best ms',
  'times as fast, best',
  'median of rounds',
  'median ms',
]
const rows = forms.map((form) => {
  const body = bodyOf(form)
  return measure(
    `${form.name}, ${form.datatype}`,
    () => byParse(body, form),
    () => byReader(body),
  )
})
console.log(`Node ${process.versions.node}, V8 ${process.versions.v8}; ${rounds} rounds; ${count} numbers\n`)
console.log(table(head, rows))

// Distinct ones: the engine remembers the texts of numbers that it met shortly before.
const values = Float32Array.from(pixels, () => 10 * uniform() - 5)
const answer = tensor('float32', [count], values)
const written = measure(
  'float32 to text, against map and join',
  () => `[${Array.from(values, String).join(',')}]`,
  () => write('x', 'FP32', answer),
)
console.log(
  `\n${table(
    head.map((text) => text.replace('JSON.parse', 'plain')),
    [written],
  )}`,
)
