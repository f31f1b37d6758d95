import { describe, expect, it } from 'vitest'
import { tensor as hostTensor } from '../base/tensor.ts'
import { compile } from './compile.ts'
import { grad } from './gradients.ts'
import { module } from './module.ts'
import { tensor, zeros } from './tensor/create.ts'
import type { Tensor } from './tensor/tensor.ts'
import { parameter } from './variable.ts'

const floats = (shape: readonly number[], ...list: number[]) =>
  hostTensor('float32', shape, Float32Array.from(list))

describe('compile', () => {
  it('keeps what is assigned from call to call, and gives it back', async () => {
    const total = parameter(floats([2], 0, 0), 'total')
    const accumulate = compile((x: Tensor) => {
      const sum = total.tensor.add(x)
      void total.assign(sum)
      return { most: sum.max(), seen: total.tensor }
    })
    await accumulate(tensor([1, 2]))
    const { most, seen } = await accumulate(tensor([1, 3]))
    expect(most.item()).toBe(5)
    expect(seen.toArray()).toEqual([2, 5])
    expect([...(await total.host()).data]).toEqual([2, 5])
    total.set(floats([2], 10, 0))
    expect((await accumulate(tensor([0, 0]))).most.item()).toBe(10)
    expect(accumulate.programs).toBe(1)
    expect(accumulate.calls).toBe(3)
    await accumulate.dispose()
    expect([...(await total.host()).data]).toEqual([10, 0])
  })

  it('learns a line by gradient descent', async () => {
    const line = module(
      'line',
      { w: parameter(floats([1], 0)), b: parameter(floats([1], 0)) },
      ({ w, b }, x: Tensor) => x.mul(w.tensor).add(b.tensor),
    )
    const step = compile(({ x, y }: { x: Tensor; y: Tensor }) => {
      const loss = line(x).sub(y).square().mean()
      const parameters = line.parameters()
      grad(loss, parameters).forEach((gradient, i) => {
        const one = parameters[i]!
        void one.assign(one.tensor.sub(gradient.mul(0.1)))
      })
      return loss
    })
    const x = tensor([0, 1, 2, 3])
    const y = tensor([1, 3, 5, 7])
    let loss = Number.POSITIVE_INFINITY
    for (let i = 0; i < 300; i++) loss = (await step({ x, y })).item()
    expect(loss).toBeLessThan(1e-6)
    const state = await line.stateDict()
    expect(state.get('w')!.data[0]).toBeCloseTo(2, 2)
    expect(state.get('b')!.data[0]).toBeCloseTo(1, 2)
    await step.dispose()
  })

  it('lets a value that is set while it runs be the last one', async () => {
    const count = parameter(floats([], 0), 'count')
    const step = compile((x: Tensor) => {
      void count.assign(count.tensor.add(x))
      return count.tensor
    })
    await step(tensor(1))
    const running = step(tensor(1))
    // The variables have been brought, and the program runs.
    await new Promise((resolve) => setImmediate(resolve))
    count.set(floats([], 10))
    await running
    expect([...(await count.host()).data]).toEqual([10])
    expect((await step(tensor(1))).item()).toBe(11)
    await step.dispose()
  })

  it('gives zeros as gradients of what plays no part, whatever is in it', async () => {
    const [x, y] = [tensor([1, 2]), tensor([Number.NaN, Number.POSITIVE_INFINITY])]
    const [dx, dy] = grad(x.sum(), [x, y])
    await dx!.data()
    await dy!.data()
    expect([dx!.toArray(), dy!.toArray()]).toEqual([
      [1, 1],
      [0, 0],
    ])
  })

  it('says that nothing can be read while it is compiled', async () => {
    const step = compile((x: Tensor) => {
      void x.add(1).item()
      return x
    })
    await expect(step(zeros([2]))).rejects.toMatchObject({ code: 'SLP-T2' })
  })
})

describe('tensors outside of compiled functions', () => {
  it('are computed when they are read, and name the line that was wrong', async () => {
    const x = tensor([
      [1, 2],
      [3, 4],
    ])
    const y = x.matmul(x.mT).add(1).relu()
    expect(await y.data()).toEqual(Float32Array.of(6, 12, 12, 26))
    expect(() => x.matmul(zeros([3]))).toThrow(/compile\.test\.ts:\d+/)
    const [dx] = grad(x.square().sum(), [x])
    await dx!.data()
    expect(dx!.toArray()).toEqual([
      [2, 4],
      [6, 8],
    ])
  })
})
