/** `npm start`: fits, writes, checks and serves a classifier of handwritten digits, with a page to draw on. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { checkModel, parseModel, writeOnnx } from '@slipway/core'
import { createServer } from '@slipway/server'
import type { Digit } from './data.ts'
import { digitModel } from './model.ts'
import { train } from './train.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const repository = join(root, '.slipway/models')
const page = fileURLToPath(new URL('../public', import.meta.url))
const port = Number(process.env['PORT'] ?? 8000)

const startedMs = performance.now()
const trained = train((done, total) => {
  if (process.stderr.isTTY) process.stderr.write(`\rfitting ${Math.round((100 * done) / total)} %`)
})
if (process.stderr.isTTY) process.stderr.write('\r\x1b[K')
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
const percent = (100 * trained.testAccuracy).toFixed(1)
console.log(
  `fitted on ${trained.trainCount} digits in ${seconds} s; right on ${percent} % of ${trained.testCount} unseen ones`,
)

const bytes = writeOnnx(digitModel(trained.filters, trained.discriminant), {
  producer: { name: 'slipway-example-digits' },
  metadata: new Map([['test_accuracy', String(trained.testAccuracy)]]),
})
const findings = checkModel(parseModel(bytes))
for (const { code, path, message } of findings) console.log(`${code} ${path}: ${message}`)
const folder = join(repository, 'digits/1')
await mkdir(folder, { recursive: true })
await writeFile(join(folder, 'model.onnx'), bytes)
console.log(`wrote .slipway/models/digits/1/model.onnx (${bytes.length} bytes, ${findings.length} findings)`)

// The file was written above, so it need not be watched until it is complete.
const server = await createServer({ repository, staticFolder: page, settleMs: 0 })
const url = await server.listen({ port }).catch(async (error: unknown) => {
  await server.close()
  console.error(`Cannot listen on port ${port}: ${error instanceof Error ? error.message : error}`)
  console.error('Another port: PORT=8001 npm start')
  process.exit(1)
})
const failed = (await server.loaded).filter(({ state }) => state !== 'READY')
for (const { name, reason } of failed) console.log(`${name} could not be loaded: ${reason}`)
const request = await writeRequest(trained.example)
console.log(`
draw a digit:  ${url}
or ask:        curl -s ${url}/v2/models/digits/infer -d @${request}   (a ${trained.example.label} from the test digits)
`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())

/** An inference request for one digit, as a file for curl. */
async function writeRequest({ pixels }: Digit): Promise<string> {
  const image = { name: 'image', shape: [1, 1, 28, 28], datatype: 'FP32', data: Array.from(pixels) }
  await writeFile(join(root, '.slipway/digit.json'), JSON.stringify({ inputs: [image] }))
  return '.slipway/digit.json'
}
