import { describe, expect, it } from 'vitest'
import { clouds, twelve } from '../../testing/table.ts'
import { rowOf } from '../matrix.ts'
import { kMeans } from './k-means.ts'

const { X } = twelve

describe('kMeans', () => {
  // The expected numbers are scikit-learn's.
  it('finds the clusters from given centres', () => {
    const model = kMeans({ nClusters: 3, init: X.slice(0, 3) }).fit(X)
    expect([...model.labels_]).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 1, 2])
    expect(model.inertia_).toBeCloseTo(11.2, 12)
    expect(model.nIter_).toBe(4)
    ;[6.2, 2.4, 4.4].forEach((value, j) => {
      expect(rowOf(model.clusterCenters_, 1)[j]).toBeCloseTo(value, 12)
    })
    expect(model.score(X.slice(0, 2))).toBeCloseTo(-2, 12)
    expect(model.predict(X)).toEqual(model.labels_)
    expect(model.transform(X).shape).toEqual([12, 3])
  })

  it('finds clouds that lie apart, and the same ones for the same seed', () => {
    const { X: points, y } = clouds(4, 25, 5, 5)
    const model = kMeans({ nClusters: 4, nInit: 10, randomState: 1 }).fit(points)
    expect(kMeans({ nClusters: 4, nInit: 10, randomState: 1 }).fitPredict(points)).toEqual(model.labels_)
    expect(model.inertia_).toBeLessThan(kMeans({ nClusters: 3, nInit: 10 }).fit(points).inertia_)
    expect(new Set(model.labels_).size).toBe(4)
    expect(y.length).toBe(model.labels_.length)
  })

  it('fills a cluster that lost all its samples', () => {
    const model = kMeans({ nClusters: 2, init: [[0.5], [1000]] }).fit([[0], [1], [10]])
    expect([...model.labels_]).toEqual([0, 0, 1])
  })

  it('gives each of as many samples as clusters its own, twins included', () => {
    expect(kMeans({ nClusters: 3 }).fit([[0], [5], [9]]).inertia_).toBe(0)
    expect(kMeans({ nClusters: 3 }).fit([[0], [0], [9]]).inertia_).toBe(0)
    expect(kMeans({ nClusters: 2, init: 'random' }).fit([[0], [9]]).inertia_).toBe(0)
  })

  it('refuses more clusters than samples, and centres of another shape', () => {
    expect(() => kMeans().fit(X.slice(0, 3))).toThrow('[SLP-M3]')
    expect(() => kMeans({ nClusters: 2, init: [[1, 2, 3]] }).fit(X)).toThrow('[SLP-M1]')
  })
})
