import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Tensor, tensor } from '@slipway/core'
import { afterAll, describe, expect, it } from 'vitest'
import { echoGraph, pairGraph, repositoryWith, slowGraph, weightGraph } from '../testing/fixture.ts'
import { type ExecutorOptions, openExecutor } from './open-executor.ts'

const fixture = repositoryWith({
  'pair.onnx': pairGraph('Add'),
  'echo.onnx': echoGraph(['float32', 'string'], ['N']),
  'slow.onnx': slowGraph(),
  'weight.onnx': weightGraph(),
  'broken.onnx': 'no model',
})
afterAll(() => fixture[Symbol.dispose]())

const never = new AbortController().signal
const floats = (...values: number[]): Tensor =>
  tensor('float32', [values.length / 2, 2], Float32Array.from(values))
const ones = (count: number): Tensor => tensor('float32', [count], new Float32Array(count).fill(1))
const pair = () =>
  new Map([
    ['a', floats(1, 2)],
    ['b', floats(10, 20)],
  ])
const sum = { outputs: ['sum'], signal: never }
const open = (name: string, options: Partial<ExecutorOptions> = {}) =>
  openExecutor({ path: join(fixture.root, `${name}.onnx`), mode: 'worker', threads: 1, ...options })

/** Elements with which the slow model runs for many seconds. */
const endless = 4_000_000

/** False also for one that has ended and that nobody has asked about yet. */
function isRunning(processId: number): boolean {
  const stat = `/proc/${processId}/stat`
  return existsSync(stat) && !/\) [ZX] /.test(readFileSync(stat, 'utf8'))
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await sleep(5)
}

describe.each(['inline', 'worker', 'process'] as const)('an executor: %s', (mode) => {
  it('runs the model, says what it is like, and ends', async () => {
    const executor = await open('pair', { mode, instances: 2 })
    expect(executor.place).toBe(mode)
    expect(executor.concurrency).toBe(2)
    expect(executor.inputs.map(({ name, datatype, shape }) => [name, datatype, shape])).toEqual([
      ['a', 'FP32', [-1, 2]],
      ['b', 'FP32', [-1, 2]],
    ])
    const given = pair()
    expect((await executor.run(given, sum)).get('sum')).toEqual(floats(11, 22))
    const both = await Promise.all([executor.run(pair(), sum), executor.run(pair(), sum)])
    expect(both.map((outputs) => outputs.get('sum'))).toEqual([floats(11, 22), floats(11, 22)])
    expect(executor.report()).toMatchObject({ running: 0, restarts: 0 })
    expect(executor.report().wasmBytes).toBeGreaterThan(0)
    await Promise.all([executor.dispose(), executor.dispose()])
    await expect(executor.run(pair(), sum)).rejects.toMatchObject({ code: 'SLP-S6' })
  })

  it('refuses inputs with the code of a session, and serves the next run', async () => {
    const executor = await open('pair', { mode })
    const wrong = new Map([
      ['a', floats(1, 2)],
      ['b', floats(1, 2, 3, 4)],
    ])
    await expect(executor.run(wrong, sum)).rejects.toMatchObject({ code: 'SLP-S4', message: /N = 1/ })
    await expect(executor.run(new Map(), sum)).rejects.toMatchObject({ code: 'SLP-S2' })
    expect((await executor.run(pair(), sum)).get('sum')).toEqual(floats(11, 22))
    await executor.dispose()
  })

  it('carries strings, and nothing at all', async () => {
    const executor = await open('echo', { mode })
    const given = new Map<string, Tensor>([
      ['float32_in', tensor('float32', [0], new Float32Array(0))],
      ['string_in', tensor('string', [2], ['é', ''])],
    ])
    const outputs = await executor.run(given, { outputs: ['string_out', 'float32_out'], signal: never })
    expect(outputs.get('string_out')).toEqual(tensor('string', [2], ['é', '']))
    expect(outputs.get('float32_out')).toEqual(tensor('float32', [0], new Float32Array(0)))
    await executor.dispose()
  })

  it('refuses what is no model, without a path', async () => {
    await expect(open('broken', { mode })).rejects.toMatchObject({ code: expect.stringMatching(/^SLP-F/) })
    await expect(open('missing', { mode })).rejects.toMatchObject({ code: 'SLP-C2' })
  })

  it('does not start a run that was cancelled before', async () => {
    const executor = await open('pair', { mode })
    const signal = AbortSignal.abort(new Error('gone'))
    await expect(executor.run(pair(), { ...sum, signal })).rejects.toMatchObject({ code: 'SLP-S7' })
    await executor.dispose()
  })
})

describe.each(['worker', 'process'] as const)('cancelling in a %s', (mode) => {
  it('stops the run under way, and serves the next one', async () => {
    const executor = await open('slow', { mode })
    const abort = new AbortController()
    const run = executor.run(new Map([['x', ones(endless)]]), { outputs: ['sum399'], signal: abort.signal })
    await until(() => executor.report().running === 1)
    abort.abort(new Error('gone'))
    await expect(run).rejects.toMatchObject({ code: 'SLP-S7' })
    const next = await executor.run(new Map([['x', ones(1)]]), { outputs: ['sum399'], signal: never })
    expect([...(next.get('sum399')!.data as Float32Array)]).toEqual([401])
    await executor.dispose()
  })

  it('is what dispose does with runs under way', async () => {
    const executor = await open('slow', { mode })
    const run = executor.run(new Map([['x', ones(endless)]]), { outputs: ['sum399'], signal: never })
    const result = expect(run).rejects.toMatchObject({ code: 'SLP-S6' })
    await until(() => executor.report().running === 1)
    await executor.dispose()
    await result
  })
})

describe('the mode auto', () => {
  it('runs a small model on the front thread, and what is too large for it in a worker', async () => {
    // The bound is that of a slow machine, since a test must not depend on how fast this one is.
    const executor = await open('pair', { mode: 'auto', inlineMs: 50 })
    expect(executor.place).toBe('inline')
    expect((await executor.run(pair(), sum)).get('sum')).toEqual(floats(11, 22))
    const elements = executor.description.inlineElements + 2
    const large = () => tensor('float32', [elements, 2], new Float32Array(elements * 2).fill(1))
    const outputs = await executor.run(
      new Map([
        ['a', large()],
        ['b', large()],
      ]),
      sum,
    )
    expect((outputs.get('sum')!.data as Float32Array)[0]).toBe(2)
    await executor.dispose()
  })

  it.each([
    ['a model that takes longer', 'slow', 1e-9],
    ['a model of very many nodes', 'slow', 1000],
  ])('runs %s in a worker', async (_, name, inlineMs) => {
    const executor = await open(name, { mode: 'auto', inlineMs })
    expect(executor.place).toBe('worker')
    await executor.dispose()
  })

  it('shares what one thread has read where more are wanted after all', async () => {
    const executor = await open('slow', { mode: 'auto', instances: 2 })
    const runs = [1, 2].map(() =>
      executor.run(new Map([['x', ones(1)]]), { outputs: ['sum399'], signal: never }),
    )
    expect((await Promise.all(runs)).length).toBe(2)
    await executor.dispose()
  })
})

describe('a process that is killed', () => {
  it('takes the process with it that it had started', async () => {
    const module = new URL('../../dist/executor/open-executor.js', import.meta.url)
    const options = { path: join(fixture.root, 'pair.onnx'), mode: 'process', threads: 1 }
    const program = `
      import { openExecutor } from ${JSON.stringify(module.href)}
      const executor = await openExecutor(${JSON.stringify(options)})
      setInterval(() => {}, 1000)
      process.stdout.write(String(executor.processId))`
    const parent = spawn(process.execPath, ['--input-type=module', '--eval', program])
    const [said] = await once(parent.stdout, 'data')
    const child = Number(String(said))
    expect(isRunning(child)).toBe(true)
    parent.kill('SIGKILL')
    await until(() => !isRunning(child))
  })

  it('costs no run but a repetition, and is replaced', async () => {
    const executor = await open('slow', { mode: 'process' })
    const first = executor.processId!
    const run = executor.run(new Map([['x', ones(100_000)]]), { outputs: ['sum399'], signal: never })
    await until(() => executor.report().running === 1)
    process.kill(first, 'SIGKILL')
    expect(((await run).get('sum399')!.data as Float32Array)[0]).toBe(401)
    expect(executor.processId).not.toBe(first)
    expect(executor.report().restarts).toBe(1)
    const last = executor.processId!
    await executor.dispose()
    expect(existsSync(`/proc/${last}`)).toBe(false)
  })

  it.each([
    [
      'has other weights',
      (path: string) => writeFileSync(path, 'something else'),
      /its file must stay as it was|SLP-F/,
    ],
    ['has gone', (path: string) => rmSync(path), /Cannot read .*pair\.onnx/],
  ])('is not replaced where its file %s, and names no folder', async (_, spoil, rule) => {
    const reasons: string[] = []
    const own = repositoryWith({ 'pair.onnx': pairGraph('Add'), 'other.onnx': pairGraph('Sub') })
    const path = join(own.root, 'pair.onnx')
    const executor = await openExecutor({
      path,
      mode: 'process',
      threads: 1,
      clock: { nowMs: () => 0, setTimer: (_, act) => setImmediate(act) && (() => {}) },
      onBroken: (reason) => reasons.push(reason),
    })
    spoil(path)
    process.kill(executor.processId!, 'SIGKILL')
    await until(() => reasons.length > 0)
    expect(reasons[0]).toMatch(rule)
    expect(reasons[0]).not.toContain(own.root)
    const error = await executor.run(pair(), sum).catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'SLP-S8', message: expect.stringMatching(rule) })
    expect(error).not.toMatchObject({ message: expect.stringContaining(own.root) })
    await executor.dispose()
    own[Symbol.dispose]()
  })
})

describe('a worker whose file has gone', () => {
  it('is replaced from what was read', async () => {
    const own = repositoryWith({ 'slow.onnx': slowGraph() })
    const path = join(own.root, 'slow.onnx')
    const executor = await openExecutor({ path, mode: 'worker', threads: 1, graceMs: 0 })
    rmSync(path)
    for (let round = 1; round <= 3; round++) {
      const abort = new AbortController()
      // Between two steps of the graph, longer than the grace of nothing at all.
      const run = executor.run(new Map([['x', ones(endless)]]), { outputs: ['sum399'], signal: abort.signal })
      await until(() => executor.report().running === 1)
      abort.abort()
      await expect(run).rejects.toMatchObject({ code: 'SLP-S7' })
    }
    const next = await executor.run(new Map([['x', ones(1)]]), { outputs: ['sum399'], signal: never })
    expect(next.size).toBe(1)
    await executor.dispose()
    own[Symbol.dispose]()
  })
})
