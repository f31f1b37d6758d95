import { describe, expect, it } from 'vitest'
import { tensor } from '../../base/tensor.ts'
import { clouds, twelve } from '../../testing/table.ts'
import { kNeighborsClassifier, kNeighborsRegressor } from '../neighbors/k-neighbors.ts'
import { crossValidate, crossValScore } from './cross-validate.ts'
import { kFold, stratifiedKFold, trainTestSplit } from './split.ts'

const { X, y } = twelve

describe('folds', () => {
  it('are runs of samples', () => {
    expect(
      kFold({ nSplits: 3 })
        .split(7)
        .map(({ test }) => test),
    ).toEqual([
      [0, 1, 2],
      [3, 4],
      [5, 6],
    ])
  })

  it('are stratified as scikit-learn does it', () => {
    const labels = ['b', 'b', 'a', 'a', 'a', 'c', 'c', 'b', 'a', 'c', 'c', 'a', 'b']
    expect(
      stratifiedKFold({ nSplits: 3 })
        .split(13, labels)
        .map(({ test }) => test),
    ).toEqual([
      [0, 1, 2, 5, 6],
      [3, 4, 7, 9],
      [8, 10, 11, 12],
    ])
  })

  it.each([kFold, stratifiedKFold])('hold every sample once, shuffled or not', (make) => {
    const labels = Array.from({ length: 23 }, (_, i) => i % 3)
    for (const shuffle of [false, true]) {
      const folds = make({ nSplits: 4, shuffle }).split(23, labels)
      expect(folds.flatMap(({ test }) => test).sort((a, b) => a - b)).toEqual(labels.map((_, i) => i))
      for (const { train, test } of folds) expect(train.filter((i) => test.includes(i))).toEqual([])
    }
  })

  it('refuse more folds than there is to divide', () => {
    expect(() => kFold({ nSplits: 3 }).split(2)).toThrow('[SLP-M1]')
    expect(() => stratifiedKFold({ nSplits: 3 }).split(4, [0, 0, 1, 1])).toThrow('[SLP-M1]')
    expect(() => kFold({ nSplits: 1 })).toThrow('[SLP-M1]')
  })
})

describe('trainTestSplit', () => {
  it('keeps the shares of the labels', () => {
    const data = clouds(3, 20, 2, 1)
    const { XTrain, yTest, yTrain } = trainTestSplit(data.X, data.y, { testSize: 0.25, stratify: true })
    expect([0, 1, 2].map((k) => yTest.filter((label) => label === k).length)).toEqual([5, 5, 5])
    expect(yTrain.length).toBe(45)
    expect(XTrain).toHaveLength(45)
  })

  it('divides tensors', () => {
    const { XTest, yTest } = trainTestSplit(
      tensor('float32', [3, 1], Float32Array.of(1, 2, 3)),
      ['a', 'b', 'c'],
      {
        testSize: 1,
        shuffle: false,
      },
    )
    expect(XTest).toEqual(tensor('float64', [1, 1], Float64Array.of(3)))
    expect(yTest).toEqual(['c'])
  })
})

describe('cross-validation', () => {
  it('stratifies for classifiers and leaves the estimator as it was', () => {
    const model = kNeighborsClassifier({ nNeighbors: 3 })
    const results = crossValidate(model, X, y, { cv: 4 })
    expect(model.isFitted).toBe(false)
    expect(results.map(({ testScore }) => testScore)).toEqual(crossValScore(model, X, y, { cv: 4 }))
    expect(results[0]!.estimator.classes_).toEqual([0, 1, 2])
  })

  it('scores by other measures', () => {
    const model = kNeighborsRegressor({ nNeighbors: 1 })
    const options = { cv: kFold({ nSplits: 3, shuffle: true }), scoring: 'neg_mean_absolute_error' } as const
    for (const score of crossValScore(model, X, y, options)) expect(score).toBeLessThanOrEqual(0)
    expect(crossValScore(model, X, y, { scoring: () => 42 })).toEqual([42, 42, 42, 42, 42])
    expect(() => crossValScore(model, X, y, { scoring: 'beauty' as 'r2' })).toThrow('[SLP-M1]')
  })
})
