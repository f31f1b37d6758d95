import { describe, expect, it } from 'vitest'
import { tensor } from '../base/tensor.ts'
import {
  accuracyScore,
  classScores,
  confusionMatrix,
  f1Macro,
  logLoss,
  meanSquaredError,
  r2Score,
} from './metrics.ts'

const [wanted, got] = [
  [0, 0, 1, 2, 2, 2],
  [0, 1, 1, 2, 0, 2],
]

// The expected numbers are scikit-learn's.
describe('metrics', () => {
  it('of labels', () => {
    expect(confusionMatrix(wanted, got)).toEqual({
      labels: [0, 1, 2],
      counts: [
        [1, 1, 0],
        [0, 1, 0],
        [1, 0, 2],
      ],
    })
    expect(classScores(wanted, got).map(({ precision, support }) => [precision, support])).toEqual([
      [0.5, 2],
      [0.5, 1],
      [1, 3],
    ])
    expect(f1Macro(wanted, got)).toBeCloseTo(0.6555555555555556, 12)
    expect(accuracyScore(tensor('int64', [2], BigInt64Array.of(1n, 2n)), [1, 3])).toBe(0.5)
  })

  it('of probabilities', () => {
    const p = tensor('float64', [2, 2], Float64Array.of(0.9, 0.1, 0.2, 0.8))
    expect(logLoss(['a', 'b'], p, ['a', 'b'])).toBeCloseTo(0.164252033486018, 12)
    expect(() => logLoss(['c', 'b'], p, ['a', 'b'])).toThrow('[SLP-M3]')
  })

  it('of values', () => {
    expect(r2Score([3, -0.5, 2, 7], [2.5, 0, 2, 8])).toBeCloseTo(0.9486081370449679, 12)
    expect(r2Score([1, 1], [1, 1])).toBe(1)
    expect(r2Score([1, 1], [1, 2])).toBe(0)
    expect(meanSquaredError([1, 2], [2, 4])).toBe(2.5)
  })

  it('refuse lists of different length', () => {
    expect(() => accuracyScore([1], [1, 2])).toThrow(
      '[SLP-M3] Cannot use samples: there must be 1 targets, got 2',
    )
  })
})
