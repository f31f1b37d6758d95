import { describe, expect, it } from 'vitest'
import { compile } from '../compile.ts'
import { adam } from '../optim/optimizers.ts'
import { ones } from '../tensor/create.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { gru, lstm, rnn } from './recurrent.ts'

describe('recurrent layers', () => {
  for (const [name, make] of Object.entries({ lstm, gru, rnn }))
    it(`${name} learns in both directions, without the reference kernel`, async () => {
      const layer = make(3, 5, { bidirectional: true, numLayers: 2 }).initialize(1)
      const optimizer = adam(layer.parameters(), { learningRate: 0.05 })
      const step = compile(
        (x: Tensor) => {
          const loss = layer(x).output.sub(0.3).square().mean()
          optimizer.step(loss)
          return loss
        },
        { modules: [layer] },
      )
      const x = ones([4, 6, 3])
      const before = (await step(x)).item()
      for (let i = 0; i < 30; i++) await step(x)
      const after = (await step(x)).item()
      expect(after).toBeLessThan(before / 10)
      expect(step.report()!.fallbacks).toEqual([])
      await step.dispose()
    })
})
