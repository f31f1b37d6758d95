import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { symbol } from '../base/dim.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import { type Tensor, tensor } from '../base/tensor.ts'
import { tensorType } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { interpret } from '../reference/interpret.ts'
import { difference } from '../testing/close.ts'
import { createSession, type Session } from './session.ts'

const wave = (shape: Shape, scale = 1): Tensor<'float32'> =>
  tensor(
    'float32',
    shape,
    Float32Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(i * 0.7) * scale),
  )

/** Convolution, bias and rectifier; pooling; a product with a residual. */
function network(): Graph {
  const b = graphBuilder({ name: 'network' })
  const x = b.input('x', tensorType('float32', [symbol('N'), 3, 20, 20]))
  const weights = [b.constant(wave([16, 3, 3, 3], 0.3), 'w'), b.constant(wave([16]), 'bias')]
  const conv = b.node('Conv', [x, ...weights], { pads: [1n, 1n, 1n, 1n] }, { name: 'conv', outputs: ['c'] })
  const relu = b.node('Relu', [conv], {}, { name: 'relu' })
  const pooled = b.node('MaxPool', [relu], { kernel_shape: [2n, 2n], strides: [2n, 2n] }, { name: 'pool' })
  const flat = b.node('Flatten', [pooled], {}, { name: 'flat' })
  const product = b.node('MatMul', [flat, b.constant(wave([1600, 40], 0.02), 'm')], {}, { name: 'product' })
  const shifted = b.node('Add', [product, b.constant(wave([40]), 'shift')], {}, { name: 'shift' })
  return b.build([b.node('Sigmoid', [shifted], {}, { name: 'sigmoid', outputs: ['y'] })])
}

/** x · w · w · …, for any number of rows: opening it runs it for one. */
function chain(products: number, size: number): Graph {
  const b = graphBuilder({ name: 'chain' })
  const w = b.constant(wave([size, size], 1 / size), 'w')
  let value = b.input('x', tensorType('float32', [symbol('N'), size]))
  for (let i = 0; i < products; i++) value = b.node('MatMul', [value, w], {}, { name: `product${i}` })
  return b.build([value])
}

const spawned: Worker[] = []
const onWorker = (worker: Worker) => void spawned.push(worker)

beforeEach(() => {
  spawned.length = 0
  process.on('worker', onWorker)
})
afterEach(() => void process.off('worker', onWorker))

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

describe.each([1, 3])('wasmEngine with %i threads', (threads) => {
  it('computes what the reference kernels compute, at any size', async () => {
    const graph = network()
    await using session = await createSession(graph, { threads })
    for (const batch of [1, 5, 2, 1]) {
      const x = wave([batch, 3, 20, 20])
      const expected = interpret(graph, new Map([['x', x]])).get('y')!
      for (let i = 0; i < 3; i++) {
        const { y } = await session.run({ x })
        expect(difference(y!, expected)).toBeUndefined()
      }
    }
    expect(session.report()).toMatchObject({ fallbacks: [], restarts: 0 })
  })

  it('gives the same bits as one thread', async () => {
    const x = wave([4, 3, 20, 20])
    await using one = await createSession(network(), { threads: 1 })
    await using session = await createSession(network(), { threads })
    expect(await session.run({ x })).toEqual(await one.run({ x }))
  })

  it('runs at the same time in two workers', async () => {
    const graph = network()
    await using session = await createSession(graph, { threads, workers: 2 })
    const inputs = [1, 2, 3, 4, 5, 6].map((batch) => wave([batch, 3, 20, 20], batch))
    const all = await Promise.all(inputs.map((x) => session.run({ x })))
    all.forEach(({ y }, i) => {
      const expected = interpret(graph, new Map([['x', inputs[i]!]])).get('y')!
      expect(difference(y!, expected)).toBeUndefined()
    })
    expect(session.report().memory.workers).toBe(2)
  })

  it('stops between stages, and goes on with the same worker', { timeout: 120_000 }, async () => {
    const x = wave([1024, 512])
    await using session = await createSession(chain(60, 512), { threads, graceMs: 60_000 })
    const startMs = performance.now()
    await session.run({ x })
    const wholeMs = performance.now() - startMs
    const abort = new AbortController()
    const run = session.run({ x }, { signal: abort.signal })
    await sleep(wholeMs / 20)
    const abortedMs = performance.now()
    abort.abort()
    await expect(run).rejects.toMatchObject({ code: 'SLP-S7' })
    expect(performance.now() - abortedMs).toBeLessThan(wholeMs / 2)
    expect(await session.run({ x }, { outputs: ['x'] })).toEqual({ x })
    expect(session.report()).toMatchObject({ restarts: 0, running: 0 })
  })

  it('ends all its threads', async () => {
    const session = await createSession(network(), { threads })
    await session.run({ x: wave([1, 3, 20, 20]) })
    expect(spawned).toHaveLength(threads)
    await session.dispose()
    // Of an ended worker only this is left.
    expect(spawned.map((worker) => worker.threadId)).toEqual(spawned.map(() => -1))
  })
})

describe('wasmEngine', () => {
  it('names the nodes that run as one in a profile', async () => {
    await using session = await createSession(network(), { threads: 1 })
    await session.run({ x: wave([1, 3, 20, 20]) }, { profile: true })
    const names = session.profile!.map(({ name }) => name)
    // The optimiser makes the product and the addition one node.
    expect(names).toEqual(['conv + relu', 'pool', 'shift + sigmoid'])
    for (const { durationMs } of session.profile!) expect(durationMs).toBeGreaterThan(0)
  })

  it('gives outputs that inference knows in every run', async () => {
    const b = graphBuilder({ name: 'known' })
    const x = b.input('x', tensorType('float32', [2, 3]))
    await using session = await createSession(
      b.build([b.node('Shape', [x], {}, { outputs: ['size'] }), b.node('Neg', [x])]),
    )
    for (let i = 0; i < 3; i++) {
      const { size } = await session.run({ x: wave([2, 3]) })
      expect(size).toEqual(tensor('int64', [2], BigInt64Array.of(2n, 3n)))
    }
  })

  it('leaves the caller’s thread alone during a run', async () => {
    await using session = await createSession(chain(20, 512), { threads: 1 })
    const x = wave([512, 512])
    // A busy machine leaves gaps of its own: the best of some runs counts.
    const worst: number[] = []
    for (let i = 0; i < 4; i++) worst.push(await largestGap(() => session.run({ x })))
    expect(Math.min(...worst)).toBeLessThan(50)
  })

  it('gives memory back', { timeout: 120_000 }, async () => {
    const x = wave([1, 3, 20, 20])
    const cycle = async (session: Promise<Session>) => {
      await using open = await session
      await open.run({ x })
      open.runSync({ x })
    }
    const rounds = async (count: number) => {
      for (let i = 0; i < count; i++) await cycle(createSession(network(), { threads: 2 }))
    }
    await rounds(3)
    const before = process.memoryUsage().rss
    await rounds(20)
    // One worker that stays costs some ten MiB; what the collector has not yet taken back is less than half of that.
    expect((process.memoryUsage().rss - before) / 2 ** 20).toBeLessThan(150)
  })
})

/** The longest time, in milliseconds, that a timer was kept from firing. */
async function largestGap(act: () => Promise<unknown>): Promise<number> {
  let largest = 0
  let last = performance.now()
  const timer = setInterval(() => {
    largest = Math.max(largest, performance.now() - last)
    last = performance.now()
  }, 2)
  await act()
  clearInterval(timer)
  return largest
}

it.each([1, 3])('reports the threads that a run uses, %d', async (threads) => {
  await using session = await createSession(network(), { threads })
  expect(session.report().threads).toBe(threads)
})
