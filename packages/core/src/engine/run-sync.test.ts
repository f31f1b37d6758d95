import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { symbol } from '../base/dim.ts'
import { type Tensor, tensor } from '../base/tensor.ts'
import { tensorType } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import { f32, i64 } from '../testing/literals.ts'
import { referenceEngine } from './reference-engine.ts'
import { createSession, type Session } from './session.ts'

/** z = x + y with a default for y, the shape of x, and an element picked from x. */
function graph() {
  const b = graphBuilder({ name: 'small' })
  const type = tensorType('float32', [symbol('N'), 2])
  const [x, y] = [b.input('x', type), b.input('y', type)]
  b.constant(f32([[10, 20]]), 'y')
  b.node('Add', [x, y], {}, { outputs: ['z'] })
  b.node('Shape', [x], {}, { outputs: ['size'] })
  return b.build(['z', 'size'])
}

let session: Session
beforeAll(async () => {
  session = await createSession(graph(), { threads: 1 })
})
afterAll(() => session.dispose())

describe('Session.runSync', () => {
  it('computes what run computes, at any size, again and again', async () => {
    for (const x of [[1, 2], [1, 2, 3, 4], [1, 2], []]) {
      const results = session.runSync({ x })
      expect(results).toEqual(await session.run({ x }))
      expect(session.runSync({ x })).toEqual(results)
    }
    expect(session.runSync({ x: [1, 2] })).toEqual({ z: f32([[11, 22]]), size: i64([1n, 2n]) })
  })

  it('takes defaults, and returns any value', () => {
    expect(session.runSync({ x: [1, 2], y: [0, 1] }, { outputs: ['z', 'y'] })).toEqual({
      z: f32([[1, 3]]),
      y: f32([[0, 1]]),
    })
    expect(session.runSync({ x: [1, 2] }, { outputs: ['y', 'z'] })).toEqual({
      z: f32([[11, 22]]),
      y: f32([[10, 20]]),
    })
  })

  it('gives results that are the caller’s own', () => {
    const results = session.runSync({ x: [1, 2] }, { outputs: ['z', 'size', 'y'] })
    const data = (name: string) => (results[name] as Tensor<'float32'>).data // or one of its kin
    for (const name of ['z', 'size', 'y']) new Uint8Array(data(name).buffer).fill(7)
    expect(session.runSync({ x: [1, 2] })).toEqual({ z: f32([[11, 22]]), size: i64([1n, 2n]) })
  })

  it('refuses what run refuses', () => {
    const code = (act: () => unknown) => {
      try {
        act()
      } catch (error) {
        return (error as { code: string }).code // of every error here
      }
      return undefined
    }
    expect(code(() => session.runSync({}))).toBe('SLP-S2')
    expect(code(() => session.runSync({ x: [1, 2, 3] }))).toBe('SLP-S4')
    expect(code(() => session.runSync({ q: [1] }))).toBe('SLP-S1')
    expect(code(() => session.runSync({ x: [1, 2] }, { outputs: ['nothing'] }))).toBe('SLP-S5')
  })

  it('is over after dispose', async () => {
    const short = await createSession(graph(), { threads: 1 })
    short.runSync({ x: [1, 2] })
    await short.dispose()
    expect(() => short.runSync({ x: [1, 2] })).toThrow('SLP-S6')
  })

  it('is refused by engines that have none', async () => {
    await using exact = await createSession(graph(), { engine: referenceEngine })
    expect(() => exact.runSync({ x: [1, 2] })).toThrow('SLP-S9')
  })
})

describe.each(['run', 'runSync'] as const)('into of %s', (method) => {
  /** Resolves or rejects in both cases. */
  const run = async (into: Parameters<Session['runSync']>[1]) => session[method]({ x: [1, 2] }, into)

  it('writes outputs into the caller’s arrays', async () => {
    const z = new Float32Array(2)
    const size = tensor('int64', [2], new BigInt64Array(2))
    const results = await run({ into: { z, size } })
    expect([...z]).toEqual([11, 22])
    expect([...size.data]).toEqual([1n, 2n])
    expect(results).toEqual({ z: f32([[11, 22]]), size: i64([1n, 2n]) })
    expect(results['z']).toHaveProperty('data', z)
    const part = new Float32Array(4)
    await run({ into: { z: part.subarray(1, 3) } })
    expect([...part]).toEqual([0, 11, 22, 0])
  })

  it.each([
    ['another class', { z: new Float64Array(2) }, 'SLP-S3'],
    ['another type', { z: tensor('int32', [1, 2], new Int32Array(2)) }, 'SLP-S3'],
    ['another length', { z: new Float32Array(3) }, 'SLP-S4'],
    ['another shape', { z: tensor('float32', [2, 1], new Float32Array(2)) }, 'SLP-S4'],
    ['an array for nothing', { q: new Float32Array(2) }, 'SLP-S5'],
  ])('refuses %s', async (_, into, code) => {
    await expect(run({ into })).rejects.toMatchObject({ code })
  })
})
