import { describe, expect, it } from 'vitest'
import { twelve } from '../../testing/table.ts'
import { kNeighborsClassifier, kNeighborsRegressor } from './k-neighbors.ts'

const { X, y } = twelve
const queries = [
  [5.5, 3, 2.5],
  [6, 3, 4.5],
  [7, 3, 5],
]
const near = (got: ArrayLike<number>, wanted: readonly number[]) => {
  expect(got.length).toBe(wanted.length)
  wanted.forEach((value, i) => {
    expect(got[i], `element ${i}`).toBeCloseTo(value, 12)
  })
}

// The expected numbers are scikit-learn's.
describe('kNeighborsClassifier', () => {
  it('lets the nearest vote', () => {
    const model = kNeighborsClassifier({ nNeighbors: 3 }).fit(X, y)
    near(model.predictProba(queries).data, [1, 0, 0, 0, 2 / 3, 1 / 3, 0, 1 / 3, 2 / 3])
    expect(model.predict(queries)).toEqual([0, 1, 2])
  })

  it('weighs by distance, and hears only those at distance 0', () => {
    const model = kNeighborsClassifier({ nNeighbors: 3, weights: 'distance' }).fit(X, y)
    const second = [0, 0.4721359549995794, 0.5278640450004206]
    near(model.predictProba([...queries, [7, 3, 4]]).data, [1, 0, 0, ...second, 0, 1 / 3, 2 / 3, 0, 1, 0])
  })

  it('measures along the axes', () => {
    const model = kNeighborsClassifier({ nNeighbors: 3, weights: 'distance', metric: 'manhattan' }).fit(X, y)
    near(model.predictProba(queries).data, [1, 0, 0, 0, 0.4, 0.6, 0, 1 / 3, 2 / 3])
  })

  it('prefers the first class among equal votes, the earlier sample among equal distances', () => {
    expect(
      kNeighborsClassifier({ nNeighbors: 2 })
        .fit([[0], [2]], ['b', 'a'])
        .predict([[1]]),
    ).toEqual(['a'])
    expect(
      kNeighborsClassifier({ nNeighbors: 1 })
        .fit([[0], [2]], ['b', 'a'])
        .predict([[1]]),
    ).toEqual(['b'])
  })

  it('refuses fewer samples than neighbours, other features and NaN', () => {
    expect(() => kNeighborsClassifier().fit([[0], [1]], [0, 1])).toThrow('[SLP-M3]')
    const model = kNeighborsClassifier().fit(X, y)
    expect(() => model.predict([[1, 2]])).toThrow('samples must have 3 features, got 2')
    expect(() => model.predict([[1, Number.NaN, 2]])).toThrow('got NaN in row 0, column 1')
  })
})

describe('kNeighborsRegressor', () => {
  it('gives the weighted mean', () => {
    const values = y.map((label) => label * 1.5)
    const model = kNeighborsRegressor({ nNeighbors: 3, weights: 'distance' }).fit(X, values)
    near(model.predict(queries), [0, 2.291796067500631, 2.5])
  })
})
