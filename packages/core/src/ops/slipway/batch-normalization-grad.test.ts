import { it } from 'vitest'
import { tensor } from '../../base/tensor.ts'
import { checkOnTargets } from '../../testing/check-emit.ts'
import { opTest } from '../../testing/op-test.ts'
import { randomCases } from '../../testing/random-cases.ts'
import { batchNormalizationGrad } from './batch-normalization-grad.ts'

const floats = (shape: readonly number[], ...list: number[]) =>
  tensor('float32', shape, Float32Array.from(list))

opTest(batchNormalizationGrad, {
  cases: [
    {
      // With mean 2 and variance 1 the input is -1 and 1 in units of the deviation: the gradient along it goes away.
      name: 'two elements',
      inputs: {
        X: floats([2, 1], 1, 3),
        scale: floats([1], 2),
        dY: floats([2, 1], 3, 5),
        mean: floats([1], 2),
        variance: floats([1], 1),
      },
      attrs: { epsilon: { kind: 'float', value: 0 } },
      outputs: { dX: floats([2, 1], 0, 0), dscale: floats([1], 2), dB: floats([1], 8) },
    },
  ],
  symbolic: [
    {
      name: 'images',
      inputs: {
        X: 'float32[N,3,H,W]',
        scale: 'float32[3]',
        dY: 'float32[N,3,H,W]',
        mean: 'float32[3]',
        variance: 'float32[3]',
      },
      outputs: ['float32[N,3,H,W]', 'float32[3]', 'float32[3]'],
    },
  ],
  invalid: [
    {
      name: 'a gradient of another shape',
      inputs: {
        X: floats([2, 1], 1, 3),
        scale: floats([1], 2),
        dY: floats([1, 1], 3),
        mean: floats([1], 2),
        variance: floats([1], 1),
      },
      code: 'SLP-O2',
      message: 'dY',
    },
  ],
})

it('sums as the reference does', () =>
  randomCases(25, (g) => {
    const rank = g.int(1, 4)
    const shape = Array.from({ length: rank }, () => g.oneOf([1, 2, 3, 4, 5, 7, 8, 9, 13]))
    const channels = [shape[1] ?? 1]
    const some = (sizes: readonly number[]) => g.tensor('float32', sizes, { finite: true })
    const positive = some(channels)
    const variance = { ...positive, data: (positive.data as Float32Array).map((x) => x * x + 0.1) } // float32
    const inputs = [some(shape), some(channels), some(shape), some(channels), variance]
    checkOnTargets(batchNormalizationGrad, {
      inputs,
      outputCount: 3,
      threads: g.oneOf([1, 3]),
      tolerance: { relative: 1e-4, absolute: 1e-4 },
    })
  }))
