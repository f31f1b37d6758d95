import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type Tensor, tensor } from '../base/tensor.ts'
import { tensorType, type Value } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { f32 } from '../testing/literals.ts'
import type { PrepareOptions, Program } from './engine.ts'
import { referenceEngine } from './reference-engine.ts'

const spawned: Worker[] = []
const onWorker = (worker: Worker) => void spawned.push(worker)

beforeEach(() => {
  spawned.length = 0
  process.on('worker', onWorker)
})
afterEach(() => void process.off('worker', onWorker))

/** x + x + … + x. */
function sumGraph(additions: number): Graph {
  const b = graphBuilder({ name: 'sum' })
  const x = b.input('x', tensorType('float32'))
  let sum = x
  for (let i = 0; i < additions; i++)
    sum = b.node('Add', [sum, x], {}, { name: `add${i}`, outputs: [`sum${i}`] })
  return b.build([sum])
}

const small = new Map<string, Value>([['x', f32([1, 2])]])
const ones = (count: number) =>
  new Map<string, Value>([['x', tensor('float32', [count], new Float32Array(count).fill(1))]])

async function withProgram(graph: Graph, options: PrepareOptions, use: (program: Program) => Promise<void>) {
  const program = await referenceEngine.prepare(graph, options)
  try {
    await use(program)
  } finally {
    await program.dispose()
  }
}

/** What a promise came to, and when. */
async function outcome(promise: Promise<unknown>) {
  const startMs = performance.now()
  const error: unknown = await promise.then(
    () => undefined,
    (reason) => reason,
  )
  return { error, afterMs: performance.now() - startMs }
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
/** Long enough to be caught in the middle: ten seconds and more. */
const long = { additions: 1_600, size: 300_000 }
/** One node that runs for four seconds and more. */
const longNode = { additions: 1, size: 30_000_000 }

describe('referenceEngine', () => {
  it('runs a graph and leaves the caller its inputs', () =>
    withProgram(sumGraph(3), {}, async (program) => {
      const { outputs, profile } = await program.run(small)
      expect(outputs).toEqual(new Map([['sum2', f32([4, 8])]]))
      expect(profile).toBeUndefined()
      expect(small.get('x')).toEqual(f32([1, 2]))
    }))

  it('takes the inputs where it may', () =>
    withProgram(sumGraph(1), {}, async (program) => {
      const inputs = ones(4)
      await program.run(inputs, { transfer: true })
      expect((inputs.get('x') as Tensor).data.length).toBe(0) // a tensor above
    }))

  it('returns any value by name', () =>
    withProgram(sumGraph(3), {}, async (program) => {
      const { outputs } = await program.run(small, { outputs: ['x', 'sum0'] })
      expect(outputs).toEqual(
        new Map([
          ['x', f32([1, 2])],
          ['sum0', f32([2, 4])],
        ]),
      )
    }))

  it('refuses unknown outputs with the name that was meant', () =>
    withProgram(sumGraph(2), {}, async (program) => {
      const { error } = await outcome(program.run(small, { outputs: ['sun1'] }))
      expect(error).toMatchObject({ code: 'SLP-S5', details: { remedy: 'Did you mean "sum1"?' } })
    }))

  it('refuses unknown operators while preparing', async () => {
    const b = graphBuilder({ name: 'odd' })
    const graph = b.build([b.node('Frobnicate', [b.input('x', tensorType('float32'))], {}, { domain: 'my' })])
    await expect(referenceEngine.prepare(graph)).rejects.toMatchObject({
      code: 'SLP-O3',
      message: /my\.Frobnicate/,
    })
    expect(spawned).toHaveLength(0)
  })

  it('brings an operator’s refusal over with its details', () =>
    withProgram(sumGraph(1), {}, async (program) => {
      const b = graphBuilder({ name: 'bad' })
      const [x, y] = [b.input('x', tensorType('float32')), b.input('y', tensorType('float32'))]
      const bad = await referenceEngine.prepare(b.build([b.node('Add', [x, y], {}, { name: 'n' })]))
      const run = bad.run(
        new Map([
          ['x', f32([1, 2])],
          ['y', f32([1, 2, 3])],
        ]),
      )
      await expect(run).rejects.toMatchObject({ code: 'SLP-O2', details: { node: 'n', operator: 'Add' } })
      await bad.dispose()
      await program.run(small)
    }))

  it('tells how far a run is, and nothing after its end', () =>
    withProgram(sumGraph(60), {}, async (program) => {
      const told: (readonly [number, number])[] = []
      await program.run(ones(300_000), { onProgress: (done, total) => told.push([done, total]) })
      const count = told.length
      expect(count).toBeGreaterThan(0)
      expect(told.map(([done]) => done)).toEqual(told.map(([done]) => done).sort((a, b) => a - b))
      for (const [done, total] of told) expect([done >= 1 && done <= 60, total]).toEqual([true, 60])
      await program.run(small)
      expect(told).toHaveLength(count)
    }))

  it('times every node', () =>
    withProgram(sumGraph(2), {}, async (program) => {
      const { profile } = await program.run(ones(100_000), { profile: true })
      expect(profile?.map(({ name, operator, outputBytes }) => [name, operator, outputBytes])).toEqual([
        ['add0', 'Add', 400_000],
        ['add1', 'Add', 400_000],
      ])
      for (const { durationMs } of profile!) expect(durationMs).toBeGreaterThan(0)
      expect(profile![1]!.startMs).toBeGreaterThanOrEqual(profile![0]!.startMs + profile![0]!.durationMs)
    }))

  it('reports operators, memory and workers', () =>
    withProgram(sumGraph(2), {}, async (program) => {
      const { operators, memory, fallbacks, restarts, running, queued } = program.report()
      expect({ fallbacks, restarts, running, queued }).toEqual({
        fallbacks: [],
        restarts: 0,
        running: 0,
        queued: 0,
      })
      expect(operators).toEqual(new Map([['Add', 2]]))
      expect(memory).toMatchObject({ weightBytes: 0, sharedBytes: 0, workers: 1 })
      expect(memory.residentBytes).toBeGreaterThan(1e6)
    }))

  it('never blocks the caller', () =>
    withProgram(sumGraph(long.additions), {}, async (program) => {
      const gaps: number[] = []
      let last = performance.now()
      const timer = setInterval(() => {
        gaps.push(performance.now() - last)
        last = performance.now()
      }, 5)
      const { afterMs } = await outcome(program.run(ones(300_000)))
      clearInterval(timer)
      // A run on this thread would leave one gap as long as itself; other programs leave some long ones.
      expect(gaps.length).toBeGreaterThan(5)
      expect(Math.max(...gaps)).toBeLessThan(afterMs / 2)
    }))
})

describe('cancelling', () => {
  it('stops a run between nodes and keeps the worker', () =>
    withProgram(sumGraph(long.additions), { graceMs: 60_000 }, async (program) => {
      const abort = new AbortController()
      const run = program.run(ones(long.size), { signal: abort.signal })
      await sleep(60)
      abort.abort(new Error('enough'))
      const { error, afterMs } = await outcome(run)
      expect(error).toMatchObject({ code: 'SLP-S7', cause: { message: 'enough' } })
      // At once but for the load of the machine; without the signal it would end after the grace time, or after seconds.
      expect(afterMs).toBeLessThan(2_000)
      await program.run(small)
      expect(program.report().restarts).toBe(0)
    }))

  it('ends a worker whose node does not stop, within the grace time, and replaces it', () =>
    withProgram(sumGraph(longNode.additions), {}, async (program) => {
      const abort = new AbortController()
      const run = program.run(ones(longNode.size), { signal: abort.signal })
      await sleep(200)
      abort.abort()
      const { error, afterMs } = await outcome(run)
      expect(error).toMatchObject({ code: 'SLP-S7' })
      expect(afterMs).toBeLessThan(2_000)
      expect((await program.run(small)).outputs.get('sum0')).toEqual(f32([2, 4]))
      expect(program.report()).toMatchObject({ restarts: 1, memory: { workers: 1 } })
    }))

  it('takes a waiting run out of the line', () =>
    withProgram(sumGraph(100), {}, async (program) => {
      const abort = new AbortController()
      const first = program.run(ones(100_000))
      const second = program.run(small, { signal: abort.signal })
      expect(program.report()).toMatchObject({ running: 1, queued: 1 })
      abort.abort()
      await expect(second).rejects.toMatchObject({ code: 'SLP-S7' })
      expect(program.report()).toMatchObject({ running: 1, queued: 0 })
      await first
    }))

  it('refuses a run whose signal is aborted already', () =>
    withProgram(sumGraph(1), {}, async (program) => {
      await expect(program.run(small, { signal: AbortSignal.abort() })).rejects.toMatchObject({
        code: 'SLP-S7',
      })
    }))
})

describe('workers', () => {
  it('run at the same time up to the limit, and are opened as needed', () =>
    withProgram(sumGraph(30), { workers: 2 }, async (program) => {
      expect(program.report().memory.workers).toBe(1)
      const runs = [1, 2, 3].map(() => program.run(ones(200_000)))
      await Promise.race(runs)
      expect(program.report().memory.workers).toBe(2)
      await Promise.all(runs)
      expect(spawned).toHaveLength(2)
    }))

  it('answer in the order of the line', () =>
    withProgram(sumGraph(5), {}, async (program) => {
      const order: number[] = []
      await Promise.all([0, 1, 2].map((i) => program.run(small).then(() => order.push(i))))
      expect(order).toEqual([0, 1, 2])
    }))

  it('that die give SLP-S8 and are replaced', () =>
    withProgram(sumGraph(1), {}, async (program) => {
      // Not a message of the protocol: the worker dies of reading it, before it gets to the run.
      spawned[0]!.postMessage(null)
      const runs = [program.run(small), program.run(small)]
      const [first, second] = await Promise.allSettled(runs)
      expect(first).toMatchObject({ reason: { code: 'SLP-S8', message: /its worker ended with/ } })
      expect(second).toMatchObject({ status: 'fulfilled' })
      expect(program.report()).toMatchObject({ restarts: 1, memory: { workers: 1 } })
    }))
})

describe('dispose', () => {
  it('rejects what runs, what waits and what comes', async () => {
    const program = await referenceEngine.prepare(sumGraph(long.additions))
    const runs = [program.run(ones(long.size)), program.run(small)]
    const all = Promise.allSettled(runs)
    await Promise.all([program.dispose(), program.dispose()])
    for (const one of await all) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'SLP-S6' } })
    await expect(program.run(small)).rejects.toMatchObject({ code: 'SLP-S6' })
    expect(program.report().memory.workers).toBe(0)
  })
})
