/** `npm start`: trains, writes, verifies and serves a classifier of handwritten digits, with a page to draw on. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { wasmEngine } from '@slipway/core'
import { toOnnx, zeros } from '@slipway/core/nn'
import { terminalProgress } from '@slipway/core/nn/node'
import { verifyModel } from '@slipway/core/verify'
import { createServer } from '@slipway/server'
import type { Digit } from './data.ts'
import { probabilities } from './model.ts'
import { train } from './train.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const repository = join(root, '.slipway/models')
const page = fileURLToPath(new URL('../public', import.meta.url))
const port = Number(process.env['PORT'] ?? 8000)

const startedMs = performance.now()
const trained = await train({ callbacks: [terminalProgress()] })
const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
const percent = (100 * trained.testAccuracy).toFixed(1)
console.log(
  `trained on ${trained.trainCount} digits in ${seconds} s; right on ${percent} % of ${trained.testCount} unseen ones`,
)

const bytes = await toOnnx(probabilities(trained.model), [{ image: zeros([1, 1, 28, 28]) }], {
  name: 'digits',
  modules: [trained.model],
  dynamicAxes: { image: { 0: 'batch' } },
  producer: { name: 'slipway-example-digits' },
  metadata: new Map([['test_accuracy', String(trained.testAccuracy)]]),
})
const folder = join(repository, 'digits/1')
await mkdir(folder, { recursive: true })
await writeFile(join(folder, 'model.onnx'), bytes)
const { passed, stages } = await verifyModel({ bytes }, { engines: [wasmEngine] })
for (const { findings } of stages)
  for (const { code, path = '', message } of findings) console.log(`${code} ${path}: ${message}`)
const verdict = passed ? 'the same on two engines' : 'with findings'
console.log(`wrote .slipway/models/digits/1/model.onnx (${bytes.length} bytes), verified: ${verdict}`)
if (!passed) process.exit(1)

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
