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

/** What a run comes to that is aborted once a node is known to be done, and how long after that. */
async function outcomeOfAbort(program: Program, inputs: ReadonlyMap<string, Value>, reason?: Error) {
  const abort = new AbortController()
  let told = () => {}
  const underWay = new Promise<void>((resolve) => {
    told = resolve
  })
  const run = program.run(inputs, { signal: abort.signal, onProgress: told })
  await Promise.race([underWay, run])
  // The message may come before the worker goes on to the next node.
  await sleep(100)
  abort.abort(reason)
  return outcome(run)
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
/** Would run for a minute, and for many seconds on the fastest machine; no test waits for its end. */
const long = { additions: 10_000, size: 300_000 }

/** Two nodes of x[N,N]: a product long enough for its end to be told, then one of N^4 steps that no test could wait for. */
function endlessGraph(): Graph {
  const b = graphBuilder({ name: 'endless' })
  const x = b.input('x', tensorType('float32'))
  const square = b.node('MatMul', [x, x], {}, { outputs: ['square'] })
  return b.build([square, b.node('Einsum', [x, x, x], { equation: 'ij,jk,kl->il' }, { outputs: ['cube'] })])
}

const matrix = (size: number) =>
  new Map<string, Value>([['x', tensor('float32', [size, size], new Float32Array(size * size).fill(1))]])

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
    withProgram(sumGraph(300), {}, async (program) => {
      const told: (readonly [number, number])[] = []
      await program.run(ones(300_000), { onProgress: (done, total) => told.push([done, total]) })
      const count = told.length
      expect(count).toBeGreaterThan(0)
      expect(told.map(([done]) => done)).toEqual(told.map(([done]) => done).sort((a, b) => a - b))
      for (const [done, total] of told) expect([done >= 1 && done <= 300, total]).toEqual([true, 300])
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
    withProgram(sumGraph(1_600), {}, async (program) => {
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
      const { error, afterMs } = await outcomeOfAbort(program, ones(long.size), new Error('enough'))
      expect(error).toMatchObject({ code: 'SLP-S7', cause: { message: 'enough' } })
      // At once but for the load of the machine; without the signal it would end after the grace time, or the whole run.
      expect(afterMs).toBeLessThan(5_000)
      await program.run(small)
      expect(program.report().restarts).toBe(0)
    }))

  it('ends a worker whose node does not stop, within the grace time, and replaces it', () =>
    withProgram(endlessGraph(), {}, async (program) => {
      const { error, afterMs } = await outcomeOfAbort(program, matrix(1_000))
      expect(error).toMatchObject({ code: 'SLP-S7' })
      expect(afterMs).toBeLessThan(5_000)
      expect((await program.run(matrix(1))).outputs.get('cube')).toEqual(
        tensor('float32', [1, 1], Float32Array.of(1)),
      )
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
