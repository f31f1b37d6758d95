import { describe, expect, it } from 'vitest'
import { clouds, twelve } from '../../testing/table.ts'
import { matrix, rowOf } from '../matrix.ts'
import type { Transformer } from '../roles.ts'
import { eigenSymmetric } from './eigen.ts'
import { maxAbsScaler } from './max-abs-scaler.ts'
import { minMaxScaler } from './min-max-scaler.ts'
import { normalizer } from './normalizer.ts'
import { pca } from './pca.ts'
import { robustScaler } from './robust-scaler.ts'
import { standardScaler } from './standard-scaler.ts'

const { X } = twelve
const near = (got: ArrayLike<number>, wanted: readonly number[]) => {
  expect(got.length).toBe(wanted.length)
  wanted.forEach((value, i) => {
    expect(got[i], `element ${i}`).toBeCloseTo(value, 11)
  })
}

// The expected numbers are scikit-learn's, for the first two samples.
const cases: readonly (readonly [string, () => Transformer, readonly number[]])[] = [
  [
    'standardScaler',
    standardScaler,
    [-0.9615239476408233, 0, -1.507556722888818, -1.7856873313329573, 0, -0.9906801321840805],
  ],
  ['minMaxScaler', () => minMaxScaler({ featureRange: [-1, 1] }), [-0.5, 0, -1, -1, 0, -2 / 3]],
  ['robustScaler', robustScaler, [-0.5, 0, -12 / 13, -1, 0, -8 / 13]],
  ['maxAbsScaler', maxAbsScaler, [0.625, 0.75, 1 / 7, 0.5, 0.75, 2 / 7]],
  ['normalizer l1', () => normalizer({ norm: 'l1' }), [5 / 9, 1 / 3, 1 / 9, 4 / 9, 1 / 3, 2 / 9]],
  ['normalizer max', () => normalizer({ norm: 'max' }), [1, 0.6, 0.2, 1, 0.75, 0.5]],
  ['pca, whitened', () => pca({ nComponents: 2, whiten: true }), [-1.3746678724353296, 0.19894557879660021]],
]

describe('transformers', () => {
  it.each(cases)('%s', (_, make, wanted) => {
    near(make().fitTransform(X).data.slice(0, wanted.length), wanted)
  })

  it('leave constant features and empty samples finite', () => {
    const flat = [
      [0.1, 0],
      [0.1, 0],
      [0.1, 0],
    ]
    const all = [standardScaler, minMaxScaler, robustScaler, maxAbsScaler, normalizer, pca]
    for (const make of all) {
      expect([...make().fitTransform(flat).data].every(Number.isFinite)).toBe(true)
    }
    expect([...standardScaler().fitTransform(flat).data].every((value) => Math.abs(value) < 1e-15)).toBe(true)
  })

  it('refuse bounds the wrong way round', () => {
    expect(() => minMaxScaler({ featureRange: [1, 0] }).fit(X)).toThrow('[SLP-M1]')
    expect(() => robustScaler({ quantileRange: [75, 25] }).fit(X)).toThrow('[SLP-M1]')
  })
})

describe('pca', () => {
  it('finds directions, variances and signs', () => {
    const model = pca({ nComponents: 2 }).fit(X)
    near(rowOf(model.components_, 0), [0.4767701133906733, -0.042669232395410095, 0.8779917969914246])
    near(rowOf(model.components_, 1), [0.6494875066683741, 0.6901532829342591, -0.319146400162627])
    near(model.explainedVariance_, [5.141496228888088, 0.7571238220013747])
    near(model.explainedVarianceRatio_, [0.8246385203076889, 0.12143419745344047])
    near(model.singularValues_, [7.520402816190697, 2.885890164579228])
    expect(model.noiseVariance_).toBeCloseTo(0.3362284339590189, 11)
  })

  it('keeps a share of the variance', () => {
    expect(pca({ nComponents: 0.9 }).fit(X).nComponents_).toBe(2)
    expect(pca({ nComponents: 0.8 }).fit(X).nComponents_).toBe(1)
  })

  it('has no more components than samples', () => {
    expect(pca().fit(X.slice(0, 2)).nComponents_).toBe(2)
    expect(() => pca({ nComponents: 3 }).fit(X.slice(0, 2))).toThrow('at most 2')
  })
})

describe('eigenSymmetric', () => {
  it.each([1, 2, 7, 20])('takes a matrix of size %d apart', (n) => {
    const rows = clouds(1, n, n, n).X
    const a = matrix(n, n)
    for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) a.data[i * n + j] = rows[i]![j]! + rows[j]![i]!
    const { values, vectors } = eigenSymmetric(a)
    const scale = Math.max(...values.map(Math.abs))
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const sum = values.reduce(
          (total, value, k) => total + value * rowOf(vectors, k)[i]! * rowOf(vectors, k)[j]!,
          0,
        )
        expect(Math.abs(sum - a.data[i * n + j]!)).toBeLessThan(1e-13 * scale * n)
      }
    }
    expect([...values]).toEqual([...values].sort((p, q) => q - p))
  })
})
