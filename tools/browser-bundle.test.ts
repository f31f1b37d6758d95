import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { browserBundle, gzipBytes, loadedWith } from './browser-bundle.ts'
import { sourceFiles } from './imports.ts'

/** Of what a page loads for a model of the standard's own operators, compressed. */
const mostBytes = 250_000

const modulesOf = (chunks: ReturnType<typeof loadedWith>): string =>
  chunks.flatMap(({ moduleIds }) => moduleIds).join('\n')

describe('the bundle of a page', () => {
  let chunks: Awaited<ReturnType<typeof browserBundle>>
  beforeAll(async () => {
    chunks = await browserBundle({ code: "export { createSession, wasmEngine } from '@slipway/core'" })
  })

  it('is small: page, worker and helper thread, shared files counted once', () => {
    const needed = loadedWith(chunks, ['page', 'wasm-worker', 'wasm-helper-worker'])
    const rest = chunks.filter((chunk) => !needed.includes(chunk))
    console.log(`a page loads ${gzipBytes(needed)} bytes, and ${gzipBytes(rest)} more on demand`)
    expect(gzipBytes(needed)).toBeLessThanOrEqual(mostBytes)
  })

  it('has the operators of other domains in a file of its own', () => {
    const needed = modulesOf(loadedWith(chunks, ['page', 'wasm-worker', 'wasm-helper-worker']))
    expect(modulesOf(chunks)).toMatch(/ops\/contrib\//)
    expect(needed).not.toMatch(/ops\/(contrib|ml|preview|training|text|signal)\//)
    expect(needed).toMatch(/ops\/lstm\.js/)
  })

  it('shows without the compiler', () => {
    const page = modulesOf(loadedWith(chunks, ['page']))
    expect(page).toMatch(/formats\/onnx\/read\.js/)
    expect(page).not.toMatch(/core\/dist\/(passes|schedule|codegen)\//)
  })
})

describe('operators loaded on demand', () => {
  const folders: string[] = []
  afterAll(() => {
    for (const folder of folders) rmSync(folder, { recursive: true })
  })

  /** Core as a page has it at first: nothing is loaded on demand yet. */
  async function openCore(): Promise<typeof import('@slipway/core')> {
    const folder = mkdtempSync(join(tmpdir(), 'slipway-bundle-'))
    folders.push(folder)
    await browserBundle({ code: "export * from '@slipway/core'", folder })
    return import(pathToFileURL(join(folder, 'page.js')).href)
  }
  const float = { kind: 'tensor', dtype: 'float32', shape: [2, 3] } as const
  const small = { kind: 'tensor', dtype: 'uint8', shape: [2, 3] } as const

  it('are loaded for a graph that names one', async () => {
    const { graphBuilder, inferGraph, loadOperators } = await openCore()
    const a = graphBuilder({ name: 'scaled' })
    const scaled = a.build([a.node('Normalizer', [a.input('x', float)], {}, { domain: 'ai.onnx.ml' })])
    const b = graphBuilder({ name: 'plain' })
    const plain = b.build([b.node('Relu', [b.input('x', float)])])
    expect(() => inferGraph(scaled)).toThrow(/must be loaded, got "ai.onnx.ml.Normalizer"/)
    await loadOperators(plain)
    expect(inferGraph(plain).unknown).toEqual([])
    expect(() => inferGraph(scaled)).toThrow(/must be loaded/)
    await loadOperators(scaled)
    expect(inferGraph(scaled).unknown).toEqual([])
  })

  it('are loaded for a graph that the compiler makes one of', async () => {
    const { graphBuilder, loadOperators, optimize } = await openCore()
    const b = graphBuilder({ name: 'quantized' })
    const scale = b.constant({ kind: 'tensor', dtype: 'float32', shape: [], data: Float32Array.of(0.5) })
    const zero = b.constant({ kind: 'tensor', dtype: 'uint8', shape: [], data: Uint8Array.of(128) })
    const [x, y] = ['x', 'y'].map((name) => b.node('DequantizeLinear', [b.input(name, small), scale, zero]))
    const graph = b.build([b.node('QuantizeLinear', [b.node('Add', [x, y]), scale, zero])])
    const operators = () => optimize(graph).graph.nodes.map(({ op }) => op)
    // What the compiler cannot make stays as it was.
    expect(operators()).not.toContain('QLinearAdd')
    await loadOperators(graph)
    expect(operators()).toEqual(['QLinearAdd'])
  })

  it('are not made of anything else', () => {
    const root = fileURLToPath(new URL('../packages/core/src', import.meta.url))
    const files = sourceFiles(root)
      .filter((path) => !/\.(test|gen)\.ts$/.test(path))
      .map((path) => ({ path, source: readFileSync(join(root, path), 'utf8') }))
    const isOnDemand = (path: string) => /^ops\/(text|signal)\//.test(path)
    const names = files.flatMap(({ path, source }) =>
      isOnDemand(path) ? [...source.matchAll(/^ {2}name: '(\w+)',$/gm)].map((match) => match[1]!) : [],
    )
    expect(names).toContain('DFT')
    const makes = new RegExp(`(?:nodes?\\(\\s*|op: )'(?:${names.join('|')})'`)
    const wrong = files.filter(
      ({ path, source }) => /^(ops|passes)\//.test(path) && !isOnDemand(path) && makes.test(source),
    )
    expect(wrong.map(({ path }) => path)).toEqual([])
  })
})
