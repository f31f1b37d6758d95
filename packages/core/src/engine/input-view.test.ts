import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { symbol } from '../base/dim.ts'
import { defaultLimits } from '../base/limits.ts'
import { elementCount } from '../base/shape.ts'
import { type Tensor, tensor } from '../base/tensor.ts'
import { tensorType, type Value } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import { allocateTensor } from './program-memory.ts'
import { referenceEngine } from './reference-engine.ts'
import { createSession, type Session } from './session.ts'

/** `scaled` reads its input twice and leaves it; `sum` is computed in the place of its input. */
function graph() {
  const b = graphBuilder({ name: 'views' })
  const x = b.input('x', tensorType('float32', [symbol('N'), 64]))
  const t = b.input('t', tensorType('float32', [40, 50]))
  const at = b.input('at', tensorType('int64', [1]))
  b.node('MatMul', [x, b.constant(wave([64, 8]), 'w')], {}, { outputs: ['product'] })
  b.node(
    'Reshape',
    [x, b.constant(tensor('int64', [1], BigInt64Array.of(-1n)), 'flat')],
    {},
    { outputs: ['same'] },
  )
  b.node('Exp', [t], {}, { outputs: ['exp'] })
  b.node('Gather', [t, at], {}, { outputs: ['row'] })
  return b.build(['product', 'same', 'exp', 'row'])
}

function wave(shape: readonly number[], shift = 0): Tensor<'float32'> {
  const data = Float32Array.from({ length: elementCount(shape) }, (_, i) => Math.sin(i + shift))
  return tensor('float32', shape, data)
}

const at = tensor('int64', [1], BigInt64Array.of(3n))

describe.each([
  ['two threads', { threads: 2 }],
  ['three workers', { threads: 1, workers: 3 }],
  ['a memory of its own', { threads: 1 }],
  ['the reference engine', { engine: referenceEngine }],
])('inputs of a session with %s', (_, options) => {
  let session: Session
  beforeAll(async () => {
    session = await createSession(graph(), options)
  })
  afterAll(() => session.dispose())

  const expected = (x: Value, t: Value) => session.run({ x: copyOf(x), t: copyOf(t), at })

  it('are read where they lie, as they are at the time', async () => {
    const [x, other] = [session.inputView('x', [32, 64]), session.inputView('x', [32, 64])]
    const t = session.inputView('t')
    for (let round = 0; round < 3; round++) {
      for (const view of [x, other, x]) {
        view.data.set(wave(view.shape, round).data as never)
        t.data.set(wave([40, 50], 2 * round).data as never)
        const want = await expected(view, t)
        expect(await session.run({ x: view, t, at })).toEqual(want)
        // Once more with arrays that are copied, between those that are not.
        expect(await session.run({ x: wave(view.shape, round), t, at })).toEqual(want)
      }
    }
  })

  it('leave the caller’s arrays as they were', async () => {
    const [x, t] = [wave([32, 64]), wave([40, 50])]
    const runs = Array.from({ length: 4 }, () => session.run({ x, t, at }))
    const first = await runs[0]!
    x.data.fill(7)
    for (const run of runs) expect(await run).toEqual(first)
    expect(t).toEqual(wave([40, 50]))
  })

  it('may be changed as soon as a run was asked for', async () => {
    const want = await Promise.all(
      [1, 2, 3, 4, 5, 6].map((i) => expected(wave([16, 64], i), wave([40, 50], i))),
    )
    const [x, t] = [wave([16, 64]), wave([40, 50])]
    const runs = [1, 2, 3, 4, 5, 6].map((i) => {
      x.data.set(wave([16, 64], i).data)
      t.data.set(wave([40, 50], i).data)
      return session.run({ x, t, at })
    })
    expect(await Promise.all(runs)).toEqual(want)
  })

  it('come back in arrays of the caller’s own', async () => {
    const t = session.inputView('t')
    const x = wave([32, 64])
    const { t: same } = await session.run({ x, t, at }, { outputs: ['t'] })
    expect(same).toEqual(copyOf(t))
    expect((same as Tensor<'float32'>).data.buffer).not.toBe(t.data.buffer) // it is one
  })

  it('are named in what the reference kernels refuse', async () => {
    const wrong = tensor('int64', [1], BigInt64Array.of(99n))
    const run = session.run({ x: wave([32, 64]), t: session.inputView('t'), at: wrong })
    await expect(run).rejects.toThrow('indices must lie in')
  })
})

it('refuses views that fit nothing', async () => {
  await using session = await createSession(graph(), { threads: 2 })
  expect(() => session.inputView('y')).toThrow('SLP-S1')
  expect(() => session.inputView('x')).toThrow('SLP-S4')
  for (const size of [-1, -0.5, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    expect(() => session.inputView('x', [size, 64])).toThrow('SLP-S4')
  }
  expect(() => session.inputView('x', [3, 63])).toThrow('SLP-S4')
  expect(session.inputView('x', [0, 64]).data).toHaveLength(0)
})

it.each([
  ['shared', { threads: 2 }],
  ['of its own', { threads: 1 }],
])('refuses views over the limits, in memory %s', async (_, options) => {
  await using session = await createSession(graph(), {
    ...options,
    limits: { ...defaultLimits, tensorElements: 6400 },
  })
  expect(session.inputView('x', [100, 64]).data).toHaveLength(6400)
  expect(() => session.inputView('x', [101, 64])).toThrow('SLP-L4')
  await using open = await createSession(graph(), options)
  expect(() => open.inputView('x', [2 ** 50, 64])).toThrow('SLP-L4')
})

it('says when there is no memory for a tensor', () => {
  expect(() => allocateTensor(undefined, 'float64', [2 ** 40])).toThrow('SLP-L4')
})

function copyOf(value: Value): Tensor<'float32'> {
  const { shape, data } = value as Tensor<'float32'> // all inputs here are
  return tensor('float32', shape, Float32Array.from(data))
}
