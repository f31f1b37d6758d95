/** The example in a real browser: the page's tensors are read back and computed again in Node. */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { annotateTypes, graphBuilder, writeOnnx } from '@slipway/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { classify } from './classify.ts'
import { openModel } from './engine.ts'
import { runModel } from './run-model.ts'
import { type Site, serve } from './serve.ts'
import { defaultFiles, makeSite } from './site.ts'
import { topClasses } from './top-classes.ts'

interface Page {
  goto(url: string): Promise<unknown>
  on(event: string, listener: (argument: { text?(): string; url?(): string; message?: string }) => void): void
  evaluate<T>(code: string): Promise<T>
  waitForFunction(code: string, options: { timeout: number }): Promise<unknown>
  close(): Promise<void>
}
interface Browser {
  newPage(): Promise<Page>
  close(): Promise<void>
}
interface Puppeteer {
  launch(options: object): Promise<Browser>
}

const timeout = 120_000
const require = createRequire(import.meta.url)
const chromium = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
  (path) => path !== undefined && existsSync(path),
)
const missing = [
  ...(chromium === undefined ? ['no chromium is installed'] : []),
  ...(['esbuild', 'puppeteer-core'].every(installed)
    ? []
    : ['npm ci --prefix examples/browser has not been run']),
  ...Object.values(defaultFiles)
    .filter((path) => !existsSync(path))
    .map((path) => `${path} is missing`),
]
if (missing.length > 0) console.log(`the example in a browser is not tested: ${missing.join('; ')}`)

function installed(name: string): boolean {
  try {
    return require.resolve(name) !== ''
  } catch {
    return false
  }
}

describe.skipIf(missing.length > 0)('the example in a browser', () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-browser-'))
  let site: Site
  let browser: Browser

  beforeAll(async () => {
    site = await makeSite(folder, defaultFiles, ['run-model'])
    const name: string = 'puppeteer-core'
    const { default: puppeteer }: { default: Puppeteer } = await import(name)
    // Chromium has no sandbox where the test runs as root in a container.
    browser = await puppeteer.launch({ executablePath: chromium, pipe: true, args: ['--no-sandbox'] })
  })
  afterAll(async () => {
    await browser?.close()
    rmSync(folder, { recursive: true })
  })

  it('finds the same five classes as in Node', { timeout }, async () => {
    const seen = await look(browser, site)
    expect(seen.isolated).toBe(true)
    expect(seen.timing).toContain('on 2 threads')
    expect(seen.notice).toBe('')
    await agreesWithNode(seen)
  })

  it('loads operators of other domains for a model that names them', { timeout }, async () => {
    const b = graphBuilder({ name: 'scaled' })
    const float = { kind: 'tensor', dtype: 'float32', shape: [2, 3] } as const
    const scaled = b.node('Normalizer', [b.input('x', float)], { norm: 'L1' }, { domain: 'ai.onnx.ml' })
    const bytes = writeOnnx(annotateTypes(b.build([b.node('Abs', [scaled])])))
    writeFileSync(join(folder, 'other.onnx'), bytes)
    const server = await serve(site)
    const page = await browser.newPage()
    const onDemand: string[] = []
    page.on('request', (request) => {
      const url = request.url?.() ?? ''
      if (url.includes('on-demand')) onDemand.push(url)
    })
    await page.goto(server.url)
    await page.waitForFunction('globalThis.lastClassification', { timeout: timeout - 5000 })
    expect(onDemand).toEqual([])
    const run = "import('/app/run-model.js').then(({ runModelAt }) => runModelAt('other.onnx'))"
    expect(await page.evaluate<number[]>(run)).toEqual(await runModel(bytes))
    expect(onDemand).not.toEqual([])
    await page.close()
    await server.close()
  })

  it('runs without shared memory too, on one thread, and says so', { timeout }, async () => {
    const seen = await look(browser, { ...site, isolated: false })
    expect(seen.isolated).toBe(false)
    expect(seen.timing).toContain('on 1 thread.')
    expect(seen.notice).toContain('runs on one thread')
    await agreesWithNode(seen)
  })
})

/** What the page computed and showed is what Node computes from the same input. */
async function agreesWithNode({ input, probabilities, shown }: Look): Promise<void> {
  expect(new Set(input).size).toBeGreaterThan(100)
  const session = await openModel(readFileSync(defaultFiles.model))
  const expected = (await classify(session, input)).probabilities
  await session.dispose()
  const ranked = topClasses(expected).map(({ index }) => index)
  expect(topClasses(probabilities).map(({ index }) => index)).toEqual(ranked)
  expect(probabilities.length).toBe(expected.length)
  const apart = Math.hypot(...probabilities.map((p, i) => p - expected[i]!)) / Math.hypot(...expected)
  expect(apart).toBeLessThan(1e-4)
  const labels = readFileSync(defaultFiles.labels, 'utf8').split('\n')
  expect(shown).toEqual(ranked.map((index) => labels[index]))
  expect(shown[0]).toBe('tabby')
}

interface Look {
  readonly isolated: boolean
  readonly input: Float32Array<ArrayBuffer>
  readonly probabilities: Float32Array
  readonly shown: readonly string[]
  readonly timing: string
  /** Empty where the page has nothing to say. */
  readonly notice: string
}

/** Opens the page, waits for its first picture, and reads back what it computed. The console must stay empty. */
async function look(browser: Browser, site: Site): Promise<Look> {
  const server = await serve(site)
  const page = await browser.newPage()
  const complaints: string[] = []
  page.on('console', (message) => complaints.push(message.text?.() ?? ''))
  page.on('pageerror', ({ message = '' }) => complaints.push(message))
  const floats = async (field: string) =>
    Float32Array.from(await page.evaluate<number[]>(`Array.from(lastClassification.${field})`))
  try {
    await page.goto(`${server.url}?threads=2`)
    await page
      .waitForFunction('globalThis.lastClassification', { timeout: timeout - 5000 })
      .catch(async (error) => {
        const status = await page.evaluate<string>("document.querySelector('#status').textContent")
        throw new Error(`${error}; the page says: ${status}; ${complaints.join('; ')}`)
      })
    expect(complaints).toEqual([])
    return {
      isolated: await page.evaluate('crossOriginIsolated'),
      input: await floats('input'),
      probabilities: await floats('probabilities'),
      shown: await page.evaluate(
        "[...document.querySelectorAll('#classes li span:first-child')].map((item) => item.textContent)",
      ),
      timing: await page.evaluate("document.querySelector('#timing').textContent"),
      notice: await page.evaluate("document.querySelector('#notice').textContent"),
    }
  } finally {
    await page.close()
    await server.close()
  }
}
