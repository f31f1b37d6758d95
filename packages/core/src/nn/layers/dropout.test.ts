import { describe, expect, it } from 'vitest'
import { compile } from '../compile.ts'
import { ones } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { dropout } from './dropout.ts'

describe('dropout', () => {
  const masks = async (seed: number, count: number) => {
    const layer = dropout(0.25)
    const run = compile((x: Tensor) => [layer(x), layer(x)], { modules: [layer], seed })
    const list: Float32Array[] = []
    for (let i = 0; i < count; i++)
      for (const one of await run(ones([60, 60]))) list.push((await one.host()).data as Float32Array) // float32
    expect(run.report()?.fallbacks ?? []).toEqual([])
    await run.dispose()
    return list
  }

  it('keeps the mean, and drops other elements in each place and in each call', async () => {
    const list = await masks(1, 2)
    expect(new Set(list.map(String)).size).toBe(4)
    for (const values of list) {
      const sum = values.reduce((total, value) => total + value, 0)
      expect(sum / values.length).toBeCloseTo(1, 1)
      expect(new Set(values)).toEqual(new Set([0, Math.fround(1 / 0.75)]))
    }
  })

  it('drops the same elements with the same seed, others with another', async () => {
    const [one, same, other] = [await masks(5, 1), await masks(5, 1), await masks(6, 1)]
    expect(same).toEqual(one)
    expect(other).not.toEqual(one)
  })

  it('does nothing outside of training', async () => {
    const layer = dropout(0.25).eval()
    const run = compile((x: Tensor) => layer(x), { modules: [layer] })
    expect((await (await run(ones([3]))).host()).data).toEqual(Float32Array.of(1, 1, 1))
    await run.dispose()
  })
})
