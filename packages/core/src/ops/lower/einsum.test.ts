import { describe, expect, it } from 'vitest'
import { portableTarget } from '../../kernel/target.ts'
import { checkOnTargets } from '../../testing/check-emit.ts'
import { generator } from '../../testing/gen.ts'
import { runEmit } from '../../testing/run-calls.ts'
import { einsum } from '../einsum.ts'
import { randomStream } from '../random.ts'

const g = generator(randomStream(1))

describe('Einsum', () => {
  it.each([
    ['ii->i', [[5, 5]]],
    ['iij->j', [[4, 4, 3]]],
    ['ij->ji', [[3, 7]]],
    ['ijk->j', [[3, 5, 2]]],
    ['i,j->ij', [[3], [4]]],
    [
      '...k,...k',
      [
        [2, 1, 5],
        [3, 5],
      ],
    ],
    [',ij->i', [[], [3, 4]]],
    [
      'ab,bc,cd->ad',
      [
        [3, 4],
        [4, 5],
        [5, 2],
      ],
    ],
    ['ij->', [[0, 3]]],
  ])('computes %s', (equation, shapes) => {
    const inputs = shapes.map((shape) => g.tensor('float32', shape))
    checkOnTargets(einsum, { inputs, attrs: { equation }, threads: 2 })
  })

  it('leaves matrix products to those', () => {
    const inputs = [g.tensor('float32', [2, 3, 4]), g.tensor('float32', [2, 4, 5])]
    const run = () => runEmit(einsum, inputs, { equation: 'bij,bjk->bik' }, { target: portableTarget })
    expect(run).toThrow('a matrix product')
  })
})
