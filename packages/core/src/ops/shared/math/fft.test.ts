import { describe, expect, it } from 'vitest'
import { generator } from '../../../testing/gen.ts'
import { randomStream } from '../../random.ts'
import { fourier } from './fft.ts'

/** The sum as the definition writes it. */
function naive(re: Float64Array, im: Float64Array): [Float64Array, Float64Array] {
  const n = re.length
  const out: [Float64Array, Float64Array] = [new Float64Array(n), new Float64Array(n)]
  for (let k = 0; k < n; k++) {
    for (let j = 0; j < n; j++) {
      const angle = (-2 * Math.PI * ((j * k) % n)) / n
      out[0][k]! += re[j]! * Math.cos(angle) - im[j]! * Math.sin(angle)
      out[1][k]! += re[j]! * Math.sin(angle) + im[j]! * Math.cos(angle)
    }
  }
  return out
}

describe('fourier', () => {
  it.each([1, 2, 3, 4, 5, 8, 12, 17, 64, 100, 128, 400])(
    'of %d numbers is the sum, and its inverse undoes it',
    (n) => {
      const seed = Number(process.env['SLIPWAY_SEED'] ?? 1)
      const g = generator(randomStream(seed, n))
      const numbers = () => Float64Array.from({ length: n }, () => g.int(-1000, 1000) / 7)
      const [re, im] = [numbers(), numbers()]
      const [gotRe, gotIm] = [re.slice(), im.slice()]
      fourier(n)(gotRe, gotIm)
      const [wantRe, wantIm] = naive(re, im)
      for (let k = 0; k < n; k++) {
        expect(gotRe[k], `seed ${seed}`).toBeCloseTo(wantRe[k]!, 6)
        expect(gotIm[k], `seed ${seed}`).toBeCloseTo(wantIm[k]!, 6)
      }
      fourier(n)(gotRe, gotIm, true)
      for (let k = 0; k < n; k++) {
        expect(gotRe[k]! / n).toBeCloseTo(re[k]!, 8)
        expect(gotIm[k]! / n).toBeCloseTo(im[k]!, 8)
      }
    },
  )
})
