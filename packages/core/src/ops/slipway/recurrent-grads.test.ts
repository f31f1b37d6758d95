import { describe, it } from 'vitest'
import { tensor } from '../../base/tensor.ts'
import { checkOnTargets } from '../../testing/check-emit.ts'
import type { Gen } from '../../testing/gen.ts'
import { opTest } from '../../testing/op-test.ts'
import { randomCases } from '../../testing/random-cases.ts'
import type { AnyOp } from '../define.ts'
import { gruGrad } from './gru-grad.ts'
import { lstmGrad } from './lstm-grad.ts'
import { rnnGrad } from './rnn-grad.ts'

const floats = (shape: readonly number[], ...list: number[]) =>
  tensor('float32', shape, Float32Array.from(list))

opTest(rnnGrad, {
  cases: [
    {
      // 2 · (1 - 0.25) = 1.5, and 1.5 · 3 + 1 = 5.5 reaches the step before, where the slope is 1.
      name: 'two steps',
      inputs: {
        Y: floats([2, 1, 1], 0, 0.5),
        R: floats([1, 1], 3),
        dY: floats([2, 1, 1], 1, 2),
      },
      outputs: { dgates: floats([2, 1, 1], 5.5, 1.5), dinitial_h: floats([1, 1], 16.5) },
    },
    {
      name: 'two steps backward, from the last state',
      inputs: { Y: floats([2, 1, 1], 2, -1), R: floats([1, 1], 3), dY_h: floats([1, 1], 2) },
      attrs: { reverse: 1, activation: 'Relu' },
      outputs: { dgates: floats([2, 1, 1], 2, 0), dinitial_h: floats([1, 1], 0) },
    },
  ],
})
opTest(lstmGrad, {
  cases: [
    {
      // All gates are 1/2 and the candidate is 0; the cell state before is 0, and so is that after.
      name: 'one step of zeros',
      inputs: {
        gates: floats([1, 1, 4], 0, 0, 0, 0),
        initial_c: floats([1, 1], 0),
        R: floats([4, 1], 1, 1, 1, 2),
        dY: floats([1, 1, 1], 1),
      },
      outputs: {
        dgates: floats([1, 1, 4], 0, 0, 0, 0.25),
        dinitial_h: floats([1, 1], 0.5),
        dinitial_c: floats([1, 1], 0.25),
      },
    },
  ],
})
opTest(gruGrad, {
  cases: [
    {
      // The update gate is 1/2 and the candidate is 0: half of the gradient is carried on.
      name: 'one step of zeros',
      inputs: {
        input: floats([1, 1, 3], 0, 0, 0),
        recurrent: floats([1, 1, 3], 0, 0, 0),
        before: floats([1, 1, 1], 0),
        R: floats([3, 1], 1, 1, 2),
        dY: floats([1, 1, 1], 1),
      },
      outputs: {
        dinput: floats([1, 1, 3], 0, 0, 0.5),
        drecurrent: floats([1, 1, 3], 0, 0, 0.25),
        dinitial_h: floats([1, 1], 1),
      },
    },
  ],
})

describe('compiled', () => {
  const check = (op: AnyOp, outputCount: number, operands: (g: Gen, sizes: Sizes) => (Sized | undefined)[]) =>
    it(op.name, () =>
      randomCases(20, (g) => {
        const sizes = {
          steps: g.int(1, 5),
          batch: g.int(1, 5),
          size: g.oneOf([1, 3, 4, 5, 7, 16, 17, 20, 33]),
        }
        const inputs = operands(g, sizes).map((shape) => shape && some(g, shape))
        checkOnTargets(op, {
          inputs,
          outputCount,
          attrs: { reverse: g.int(0, 1) },
          threads: g.oneOf([1, 2, 3]),
          tolerance: { relative: 1e-4, absolute: 1e-4 },
        })
      }),
    )
  check(rnnGrad, 2, (g, sizes) => [rows(sizes, 1), ...common(g, sizes, 1)])
  check(gruGrad, 3, (g, sizes) => [rows(sizes, 3), rows(sizes, 3), rows(sizes, 1), ...common(g, sizes, 3)])
  check(lstmGrad, 3, (g, sizes) => [
    rows(sizes, 4),
    [sizes.batch, sizes.size],
    ...common(g, sizes, 4),
    g.bool() ? [sizes.batch, sizes.size] : undefined,
  ])
})

type Sized = readonly number[]
interface Sizes {
  readonly steps: number
  readonly batch: number
  readonly size: number
}

const rows = ({ steps, batch, size }: Sizes, sections: number): Sized => [steps, batch, sections * size]

function common(g: Gen, sizes: Sizes, gates: number): (Sized | undefined)[] {
  const { batch, size } = sizes
  const last = g.bool()
  return [
    [gates * size, size],
    last && g.bool() ? undefined : rows(sizes, 1),
    last ? [batch, size] : undefined,
  ]
}

/** Small, so that sums over many steps stay of one size. */
function some(g: Gen, shape: Sized) {
  const count = shape.reduce((product, size) => product * size, 1)
  return tensor(
    'float32',
    shape,
    Float32Array.from({ length: count }, () => g.int(-500, 500) / 1000),
  )
}
