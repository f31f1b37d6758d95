import { it } from 'vitest'
import { checkOnTargets } from '../../testing/check-emit.ts'
import type { Gen } from '../../testing/gen.ts'
import { flat } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { exactTensor, randomCases } from '../../testing/random-cases.ts'
import { poolAxes } from '../shared/pool.ts'
import { maxPoolGrad } from './max-pool-grad.ts'

opTest(maxPoolGrad, {
  cases: [
    {
      name: 'gives the first of equal maxima all',
      inputs: {
        X: flat('float32', [1, 1, 6], [1, 2, 2, 2, 0, 1]),
        dY: flat('float32', [1, 1, 3], [5, 7, 9]),
      },
      attrs: { kernel_shape: [2], strides: [2] },
      outputs: { dX: flat('float32', [1, 1, 6], [0, 5, 7, 0, 0, 9]) },
    },
    {
      name: 'adds up where windows overlap',
      inputs: { X: flat('float32', [1, 1, 4], [1, 4, 2, 3]), dY: flat('float32', [1, 1, 3], [5, 7, 9]) },
      attrs: { kernel_shape: [2] },
      outputs: { dX: flat('float32', [1, 1, 4], [0, 12, 0, 9]) },
    },
    {
      name: 'drops the gradient of a window in the padding',
      inputs: { X: flat('float32', [1, 1, 2], [1, 2]), dY: flat('float32', [1, 1, 4], [5, 7, 9, 11]) },
      attrs: { kernel_shape: [1], pads: [1, 1] },
      outputs: { dX: flat('float32', [1, 1, 2], [7, 9]) },
    },
    {
      name: 'gives nothing to what no window meets',
      inputs: {
        X: flat('float32', [1, 1, 3, 3], [1, 2, 9, 3, 4, 9, 9, 9, 9]),
        dY: flat('float32', [1, 1, 1, 1], [5]),
      },
      attrs: { kernel_shape: [2, 2], strides: [2, 2] },
      outputs: { dX: flat('float32', [1, 1, 3, 3], [0, 0, 0, 0, 5, 0, 0, 0, 0]) },
    },
  ],
  symbolic: [
    {
      name: 'has the shape of X',
      inputs: { X: 'float32[N,6,8]', dY: 'float32[N,6,7]' },
      attrs: { kernel_shape: [2] },
      outputs: ['float32[N,6,8]'],
    },
  ],
  invalid: [
    {
      name: 'a dY that is not of the windows',
      inputs: { X: flat('float32', [1, 1, 3], [1, 2, 3]), dY: flat('float32', [1, 1, 3], [1, 2, 3]) },
      attrs: { kernel_shape: [2] },
      code: 'SLP-O2',
      message: /size 2 of dY/,
    },
  ],
})

function check(
  g: Gen,
  kernel: readonly number[],
  more: { readonly strides: number[]; readonly pads?: number[] },
) {
  const sizes = kernel.map((size) => size + g.oneOf([0, 1, 2, 5, 9, 15, 16]))
  const shape = [g.int(1, 2), g.int(1, 3), ...sizes]
  const attrs = { kernel_shape: kernel, ceil_mode: g.int(0, 1), ...more }
  const outputs = poolAxes(shape, attrs).map(({ output }) => output)
  // Few different numbers make ties; NaN and infinities come along.
  const x = g.bool() ? exactTensor(g, shape) : g.tensor('float32', shape)
  checkOnTargets(maxPoolGrad, { inputs: [x, exactTensor(g, [...shape.slice(0, 2), ...outputs])], attrs })
}

it('computes what the reference does for windows of any kind', () => {
  for (const rank of [1, 2, 3])
    randomCases(16, (g) => {
      const kernel = Array.from({ length: rank }, () => g.int(1, 3))
      const pads = [...kernel, ...kernel].map((size) => g.int(0, size - 1))
      check(g, kernel, { strides: kernel.map(() => g.int(1, 3)), pads })
    })
})

it('computes what the reference does for pairs', () =>
  randomCases(30, (g) => check(g, [2, 2], { strides: [2, 2] })))
