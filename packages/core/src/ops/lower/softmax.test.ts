import { describe, it } from 'vitest'
import { checkOnTargets } from '../../testing/check-emit.ts'
import { generator } from '../../testing/gen.ts'
import { f32 } from '../../testing/literals.ts'
import { logSoftmax } from '../log-softmax.ts'
import { randomStream } from '../random.ts'
import { softmax } from '../softmax.ts'

const { NaN: nan, POSITIVE_INFINITY: inf } = Number

describe.each([softmax, logSoftmax])('$name', (op) => {
  it.each([1, 3, 4, 5, 7, 8, 9, 31])('takes lines of %i', (size) => {
    const g = generator(randomStream(size))
    for (const shape of [[size], [3, size], [2, 5, size]])
      checkOnTargets(op, { inputs: [g.tensor('float32', shape)], threads: 2 })
    for (const inner of [1, 2, 3, 4, 5, 11, 260])
      checkOnTargets(op, { inputs: [g.tensor('float32', [2, size, inner])], attrs: { axis: 1 } })
  })

  it('takes no elements', () => {
    const g = generator(randomStream(1))
    checkOnTargets(op, { inputs: [g.tensor('float32', [0, 3])] })
    checkOnTargets(op, { inputs: [g.tensor('float32', [3, 0])] })
  })

  it('takes values that are no ordinary numbers', () => {
    const g = generator(randomStream(2))
    checkOnTargets(op, {
      inputs: [
        f32([
          [nan, 1, 2],
          [inf, 1, 2],
          [-inf, 1, -0],
          [-inf, -inf, -inf],
          [1e38, -1e38, 0],
        ]),
      ],
    })
    checkOnTargets(op, { inputs: [g.tensor('float32', [40, 9], { finite: false })] })
    checkOnTargets(op, { inputs: [g.tensor('float32', [9, 40], { finite: false })], attrs: { axis: 0 } })
    checkOnTargets(op, { inputs: [f32([1e4, 1e4 - 0.5, 9e3])] })
  })
})
