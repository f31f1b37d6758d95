import { describe, expect, it } from 'vitest'
import { portableTarget } from '../../kernel/target.ts'
import { checkOnTargets } from '../../testing/check-emit.ts'
import { generator } from '../../testing/gen.ts'
import { i64 } from '../../testing/literals.ts'
import { runEmit } from '../../testing/run-calls.ts'
import { randomStream } from '../random.ts'
import { dft } from '../signal/dft.ts'
import { stft } from '../signal/stft.ts'

const g = generator(randomStream(1))
const random = (...shape: readonly number[]) => g.tensor('float32', shape)
const tolerance = { relative: 1e-5, absolute: 1e-4 }

describe('DFT', () => {
  it.each([1, 2, 3, 4, 5, 8, 12, 31, 30, 64, 90])('takes length %i', (length) => {
    for (const parts of [1, 2])
      for (const inverse of [0, 1])
        checkOnTargets(dft, {
          inputs: [random(2, length, 3, parts), undefined, i64(1)],
          attrs: { inverse },
          tolerance,
        })
    checkOnTargets(dft, { inputs: [random(5, length, 1)], attrs: { onesided: 1 }, tolerance })
    const half = random(1, Math.floor(length / 2) + 1, 2)
    checkOnTargets(dft, { inputs: [half, i64(length)], attrs: { onesided: 1, inverse: 1 }, tolerance })
  })

  it('cuts and pads', () => {
    for (const length of [6, 9, 20])
      checkOnTargets(dft, { inputs: [random(2, 9, 2), i64(length), i64(-2)], tolerance })
    checkOnTargets(dft, { inputs: [random(2, 4, 2), i64(11)], attrs: { onesided: 1, inverse: 1 }, tolerance })
  })

  it('leaves long primes to others', () => {
    const run = () => runEmit(dft, [random(1, 9973, 1)], {}, { target: portableTarget })
    expect(run).toThrow('a transform of length 9973')
  })
})

describe('STFT', () => {
  it.each([
    [16, 4, 16],
    [20, 3, 7],
    [40, 10, 20],
    [900, 250, 400],
  ])('takes frames of %i samples', (samples, step, length) => {
    const inputs = [random(2, samples, 1), i64(step), random(length), i64(length)]
    checkOnTargets(stft, { inputs, tolerance })
    checkOnTargets(stft, { inputs: [random(2, samples), i64(step), undefined, i64(length)], tolerance })
    const complex = [random(1, samples, 2), i64(step), random(length)]
    checkOnTargets(stft, { inputs: complex, attrs: { onesided: 0 }, tolerance })
  })
})
