import { describe, expect, it } from 'vitest'
import { symbol } from '../base/dim.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import { type Tensor, tensor } from '../base/tensor.ts'
import { tensorType } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { interpret } from '../reference/interpret.ts'
import { difference } from '../testing/close.ts'
import { createSession } from './session.ts'

const wave = (shape: Shape, scale = 1): Tensor<'float32'> =>
  tensor(
    'float32',
    shape,
    Float32Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(i * 0.7) * scale),
  )

const mib = 2 ** 20

/** Products of one megabyte of weights each, with batch normalisation whose factors the optimiser puts into them. */
function network(layers: number): Graph {
  const b = graphBuilder({ name: 'network' })
  let value = b.input('x', tensorType('float32', [symbol('N'), 512, 1, 1]))
  for (let i = 0; i < layers; i++) {
    const w = b.constant(wave([512, 512, 1, 1], 0.04 + 0.01 * i), `w${i}`)
    const conv = b.node('Conv', [value, w])
    const [scale, shift, mean, variance] = ['s', 'b', 'm', 'v'].map((name, k) =>
      b.constant(tensor('float32', [512], new Float32Array(512).fill(1 + k * 0.1)), `${name}${i}`),
    )
    const norm = b.node('BatchNormalization', [conv, scale!, shift!, mean!, variance!])
    value = b.node('Relu', [norm])
  }
  return b.build([value])
}

/** Bytes of WebAssembly memory of a session whose workers have all run, and what they gave. */
async function measure(graph: Graph, workers: number, threads: number) {
  await using session = await createSession(graph, { workers, threads })
  const x = wave([2, 512, 1, 1])
  const rounds = Array.from({ length: 3 }, () =>
    Promise.all(Array.from({ length: 2 * workers }, () => session.run({ x }))),
  )
  const results = (await Promise.all(rounds)).flat().map((outputs) => Object.values(outputs)[0]!)
  const { memory, restarts } = session.report()
  expect(memory.workers).toBe(workers)
  expect(restarts).toBe(0)
  return { memory, results, x }
}

describe.each([1, 2])('workers of one session, %i threads each', (threads) => {
  it('have the weights once, and compute the same', { timeout: 120_000 }, async () => {
    const graph = network(6)
    const one = await measure(graph, 1, 2)
    const four = await measure(graph, 4, threads)
    const added = four.memory.wasmBytes - one.memory.wasmBytes
    // Another copy of the weights alone would be 6 MiB for each of three workers.
    expect(added).toBeLessThan(3 * mib)
    expect(one.memory.wasmBytes).toBeGreaterThan(6 * mib)
    const expected = [...interpret(graph, new Map([['x', four.x]])).values()][0]!
    for (const result of four.results) {
      expect(difference(result, expected)).toBeUndefined()
      expect(result).toEqual(four.results[0])
    }
  })
})

it('gives back what a worker held that had to be ended', { timeout: 120_000 }, async () => {
  const b = graphBuilder({ name: 'long' })
  const x = b.input('x', tensorType('float32', [symbol('N'), 256]))
  const product = b.node('MatMul', [x, b.constant(wave([256, 256], 0.01), 'w')])
  // The host runs these, and asks nobody whether it should go on: once the first has run, the second is under way.
  const graph = b.build(
    [256, 128].map((size) =>
      b.node('Det', [b.node('Reshape', [product, b.constant(int64s([-1, size, size]), `shape${size}`)])]),
    ),
  )
  await using session = await createSession(graph, { workers: 2, threads: 2, graceMs: 0 })
  const large = wave([256 * 24, 256])
  const sizes: number[] = []
  for (let i = 0; i < 8; i++) {
    const abort = new AbortController()
    const onProgress = (done: number) => done > 1 && abort.abort()
    const run = session.run({ x: large }, { signal: abort.signal, onProgress })
    await expect(run).rejects.toMatchObject({ code: 'SLP-S7' })
    // By then all that the worker held has been given back.
    await expect.poll(() => session.report().restarts, { timeout: 30_000 }).toBe(i + 1)
    await session.run({ x: wave([256, 256]) })
    sizes.push(session.memory().wasmBytes)
  }
  expect(Math.max(...sizes.slice(4)) - Math.max(...sizes.slice(0, 4))).toBeLessThan(4 * mib)
})

const int64s = (values: readonly number[]) =>
  tensor('int64', [values.length], BigInt64Array.from(values, BigInt))
