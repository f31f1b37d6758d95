import { describe, expect, it } from 'vitest'
import { widen } from '../base/wide.ts'
import { f32 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { upsample } from './upsample.ts'

opTest(upsample, {
  cases: [],
  symbolic: [
    {
      name: 'multiplies sizes',
      inputs: { X: 'float32[N,W]', scales: f32([1, 3]) },
      outputs: ['float32[N,3*W]'],
    },
  ],
})

// The interpreter runs no operator that the newest opset has not, so the kernel is called as an upgrade test would.
describe('Upsample', () => {
  for (const [mode, expected] of [
    ['nearest', [1, 1, 2, 2]],
    ['linear', [1, 1.5, 2, 2]],
  ] as const) {
    it(`has the mode ${mode}`, () => {
      const inputs = { X: widen(f32([1, 2])), scales: widen(f32([2])) }
      const result =
        upsample.reference === 'decomposed' ? {} : upsample.reference(inputs, { mode }, {} as never) // the kernel reads no context
      expect(result).toMatchObject({ Y: { shape: [4], data: Float64Array.from(expected) } })
    })
  }
})
