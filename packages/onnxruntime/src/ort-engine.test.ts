import {
  graphBuilder,
  interpret,
  referenceEngine,
  SlipwayError,
  tensor,
  wasmEngine,
  writeOnnx,
} from '@slipway/core'
import { verifyModel } from '@slipway/core/verify'
import { describe, expect, it } from 'vitest'
import { allowListFor } from './allow-list.ts'
import { autoEngine } from './auto-engine.ts'
import { findPeer } from './find-peer.ts'
import { ortEngine } from './ort-engine.ts'
import { hasPeer, searchFrom, smallGraph } from './testing.ts'

const inputs = new Map([['x', tensor('float32', [2, 3], Float32Array.of(1, -2, 3, -4, 5, -6))]])
const has = hasPeer('onnxruntime-node')
const native = ortEngine({ searchFrom, threads: 1 })

describe('the native engine without its peer', () => {
  it('says what to install', async () => {
    const engine = ortEngine({ searchFrom: ['/nowhere'] })
    await expect(engine.prepare(smallGraph())).rejects.toMatchObject({
      code: 'SLP-D1',
      details: { remedy: expect.stringContaining('npm install onnxruntime-node') },
    })
  })
})

describe.skipIf(!has)('the native engine', () => {
  it('runs graphs, and gives any value', async () => {
    await using program = await native.prepare(smallGraph())
    const { outputs } = await program.run(inputs, { outputs: ['y', 'a', 'x', 'w', 's'] })
    const expected = interpret(smallGraph(), inputs, { outputs: ['y', 'a', 'x', 'w', 's'] })
    for (const [name, value] of expected) {
      const [got, wanted] = [outputs.get(name), value]
      expect([...(got?.kind === 'tensor' ? got.data : [])]).toEqual(
        [...(wanted.kind === 'tensor' ? wanted.data : [])].map((one) => expect.closeTo(Number(one), 6)),
      )
    }
    expect(program.report()).toMatchObject({
      engine: 'native',
      restarts: 0,
      threads: 1,
      memory: { workers: 1 },
    })
  })

  it('runs several at the same time and leaves the event loop alone', async () => {
    const b = graphBuilder({ name: 'long' })
    let last = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [512, 512] })
    const w = b.constant(tensor('float32', [512, 512], new Float32Array(512 * 512).fill(0.001)), 'w')
    for (let i = 0; i < 60; i++) last = b.node('MatMul', [last, w])
    const [y] = b.nodes('ReduceSum', [last], { keepdims: 0 }, { outputs: ['y'] })
    await using program = await native.prepare(b.build([y!]), { workers: 2 })
    const x = new Map([['x', tensor('float32', [512, 512], new Float32Array(512 * 512).fill(1))]])
    let ticks = 0
    const timer = setInterval(() => ticks++, 1)
    const startedMs = performance.now()
    const results = await Promise.all([program.run(x), program.run(x), program.run(x)])
    const tookMs = performance.now() - startedMs
    clearInterval(timer)
    expect(results).toHaveLength(3)
    expect(program.report().memory.workers).toBe(2)
    // A blocked loop would tick once or twice; timers of 1 ms fire less often on busy machines.
    expect(ticks).toBeGreaterThan(Math.min(5, tookMs / 20))
  })

  it('stops waiting when it is cancelled, and refuses once disposed', async () => {
    const program = await native.prepare(smallGraph())
    await expect(program.run(inputs, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'SLP-S7',
    })
    const stop = new AbortController()
    const running = program.run(inputs, { signal: stop.signal })
    stop.abort()
    await expect(running).rejects.toMatchObject({ code: 'SLP-S7' })
    await program.dispose()
    await program.dispose()
    await expect(program.run(inputs)).rejects.toMatchObject({ code: 'SLP-S6' })
  })

  it('translates what the runtime throws, with the node', async () => {
    const b = graphBuilder({ name: 'gather' })
    const x = b.input('x', { kind: 'tensor', dtype: 'int64', shape: [1] })
    const table = b.constant(tensor('float32', [2], Float32Array.of(1, 2)))
    const [y] = b.nodes('Gather', [table, x], {}, { name: 'pick', outputs: ['y'] })
    await using program = await native.prepare(b.build([y!]))
    const far = new Map([['x', tensor('int64', [1], BigInt64Array.of(9n))]])
    await expect(program.run(far)).rejects.toMatchObject({
      code: 'SLP-S4',
      details: { node: 'pick', operator: 'Gather' },
    })
    await expect(native.prepareFile!(new Uint8Array([8, 1]), smallGraph())).rejects.toBeInstanceOf(
      SlipwayError,
    )
  })

  it('refuses types that would end the process', async () => {
    const b = graphBuilder({ name: 'four' })
    const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [2] })
    const [y] = b.nodes('Cast', [x], { to: 22 }, { outputs: ['y'] })
    await using program = await native.prepare(
      b.build([y!], new Map([['y', { kind: 'tensor', dtype: 'int4', shape: [2] }]])),
    )
    const given = new Map([['x', tensor('float32', [2], Float32Array.of(1, 2))]])
    await expect(program.run(given)).rejects.toMatchObject({ code: 'SLP-S3' })
  })

  it('lowers graphs that are newer than the runtime', async () => {
    const b = graphBuilder({ name: 'new' })
    const x = b.input('x', { kind: 'tensor', dtype: 'float32', shape: [2, 4] })
    const [y] = b.nodes('SwiGLU', [x, x], {}, { outputs: ['y'] })
    const graph = b.build([y!])
    await using program = await native.prepare(graph)
    const given = new Map([['x', tensor('float32', [2, 4], Float32Array.of(1, 2, 3, 4, -1, -2, -3, -4))]])
    const got = (await program.run(given)).outputs.get('y')
    const expected = interpret(graph, given).get('y')
    if (got?.kind !== 'tensor' || expected?.kind !== 'tensor') throw new Error('no tensors')
    expect([...got.data]).toEqual([...expected.data].map((one) => expect.closeTo(Number(one), 5)))
  })

  it('loads only what is on the allow-list', async () => {
    const peer = findPeer('onnxruntime-node', searchFrom)
    const allowList = allowListFor(peer)
    expect(allowList.length).toBeGreaterThanOrEqual(2)
    const lines: string[] = []
    await using program = await ortEngine({ searchFrom, allowList, log: (line) => lines.push(line) }).prepare(
      smallGraph(),
    )
    expect((await program.run(inputs)).outputs.size).toBe(1)
    expect(lines).toEqual([`native: onnxruntime-node ${peer.version} from ${peer.folder}`])
    const refused = (list: typeof allowList) =>
      expect(ortEngine({ searchFrom, allowList: list }).prepare(smallGraph())).rejects
    await refused(allowList.slice(1)).toMatchObject({ code: 'SLP-D2' })
    await refused(allowList.map((one) => ({ ...one, sha256: '0'.repeat(64) }))).toMatchObject({
      code: 'SLP-D2',
    })
  })

  it('agrees with the reference in verification, on the file as it is', async () => {
    const bytes = writeOnnx(smallGraph(), { opset: 13 })
    const { passed, stages } = await verifyModel({ bytes }, { engines: [native, wasmEngine] })
    expect(stages.flatMap(({ findings }) => findings)).toEqual([])
    expect(passed).toBe(true)
  })
})

describe.skipIf(!hasPeer('onnxruntime-web'))('the web peer', () => {
  it('runs graphs in a thread of its own', async () => {
    await using program = await ortEngine({ searchFrom, peer: 'onnxruntime-web' }).prepare(smallGraph())
    const got = (await program.run(inputs)).outputs.get('y')
    const expected = interpret(smallGraph(), inputs).get('y')
    expect([...(got?.kind === 'tensor' ? got.data : [])]).toEqual(
      [...(expected?.kind === 'tensor' ? expected.data : [])].map((one) => expect.closeTo(Number(one), 6)),
    )
  })
})

describe('the automatic choice', () => {
  const missing = ortEngine({ searchFrom: ['/nowhere'] })

  it('falls back down the list and says why', async () => {
    const lines: string[] = []
    const engine = autoEngine({ engines: [missing, referenceEngine], log: (line) => lines.push(line) })
    await using program = await engine.prepare(smallGraph())
    expect(program.report().engine).toBe('reference')
    expect(lines[0]).toMatch(/^auto: not native for "small": \[SLP-D1\]/)
    expect(lines[1]).toBe('auto: reference for "small": it is the first of 2 that takes the model')
    await expect(
      autoEngine({ engines: [missing], log: () => {} }).prepare(smallGraph()),
    ).rejects.toMatchObject({ code: 'SLP-D1' })
  })

  it('takes the fastest that gets a probe right', async () => {
    const lines: string[] = []
    const expected = interpret(smallGraph(), inputs)
    const log = (line: string) => lines.push(line)
    await using program = await autoEngine({
      engines: [wasmEngine, referenceEngine],
      log,
      probe: { inputs, expected },
    }).prepare(smallGraph())
    expect(lines.at(-1)).toMatch(/it is the fastest \(\w+ [\d.]+ ms, \w+ [\d.]+ ms\)$/)
    const wrong = new Map([['y', tensor('float32', [2, 3], new Float32Array(6))]])
    const none = autoEngine({ engines: [referenceEngine], log, probe: { inputs, expected: wrong } })
    await expect(none.prepare(smallGraph())).rejects.toMatchObject({ code: 'SLP-S8' })
    expect(lines.at(-1)).toMatch(/not reference for "small": output "y" is off by relative L2/)
    expect(program.report().operators.get('Tanh')).toBe(1)
  })
})
