import { describe, expect, it } from 'vitest'
import { compile } from '../compile.ts'
import { grad } from '../gradients.ts'
import { tensor } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { batchNorm } from './normalization.ts'

describe('batchNorm', () => {
  // Channels 1, 3 and 10, 30 have the means 2 and 20, and the variances 1 and 100; unbiased, 2 and 200.
  const batch = () => tensor([1, 10, 3, 30]).reshape([2, 2])

  it('standardises a batch, and moves the running statistics, without the reference kernel', async () => {
    const layer = batchNorm(2, { momentum: 0.5, eps: 0 }).initialize(0)
    const run = compile((x: Tensor) => layer(x), { modules: [layer] })
    const y = await run(batch())
    expect((await y.host()).data).toEqual(Float32Array.of(-1, -1, 1, 1))
    const state = await layer.stateDict()
    expect(state.get('running_mean')!.data).toEqual(Float32Array.of(1, 10))
    expect(state.get('running_var')!.data).toEqual(Float32Array.of(1.5, 100.5))
    expect(run.report()!.fallbacks).toEqual([])
    layer.eval()
    const [first] = (await (await run(batch())).host()).data
    expect(first).toBeCloseTo(0)
    await run.dispose()
  })

  it('learns its scale and shift without the reference kernel', async () => {
    const layer = batchNorm(2).initialize(0)
    const run = compile(
      (x: Tensor) => {
        const loss = layer(x)
          .mul(tensor([1, 2]))
          .sum()
        return grad(loss, layer.parameters())
      },
      { modules: [layer] },
    )
    const [weight, bias] = await run(batch())
    expect((await weight!.host()).data[0]).toBeCloseTo(0)
    expect((await bias!.host()).data).toEqual(Float32Array.of(2, 4))
    expect(run.report()!.fallbacks).toEqual([])
    await run.dispose()
  })
})
