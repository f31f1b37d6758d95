import { describe, expect, it } from 'vitest'
import { tensor } from '../base/tensor.ts'
import { twelve } from '../testing/table.ts'
import { clone } from './estimator.ts'
import { logisticRegression } from './linear/logistic-regression.ts'
import { kNeighborsClassifier } from './neighbors/k-neighbors.ts'
import { pipeline } from './pipeline.ts'
import { crossValScore } from './select/cross-validate.ts'
import { pca } from './transform/pca.ts'
import { standardScaler } from './transform/standard-scaler.ts'

const { X, y } = twelve
const model = () =>
  pipeline([
    ['scale', standardScaler()],
    ['model', kNeighborsClassifier({ nNeighbors: 3 })],
  ])

describe('pipeline', () => {
  it('does what its steps do one after another', () => {
    const scale = standardScaler()
    const last = kNeighborsClassifier({ nNeighbors: 3 }).fit(scale.fitTransform(X), y)
    const whole = model().fit(X, y)
    expect(whole.predictProba(X)).toEqual(last.predictProba(scale.transform(X)))
    expect(whole.predict(X)).toEqual(last.predict(scale.transform(X)))
    expect(whole.score(X, y)).toBe(last.score(scale.transform(X), y))
    expect(whole.classes_).toEqual([0, 1, 2])
    expect(whole.nFeaturesIn_).toBe(3)
    expect(whole.role).toBe('classifier')
    expect(Object.keys(whole.namedSteps)).toEqual(['scale', 'model'])
  })

  it('may end with a transformer', () => {
    const whole = pipeline([
      ['scale', standardScaler()],
      ['turn', pca({ nComponents: 2 })],
    ])
    expect(whole.fit(X).transform(X).shape).toEqual([12, 2])
    expect('predict' in whole).toBe(false)
  })

  it('is copied and cross-validated whole', () => {
    const whole = model()
    crossValScore(whole, X, y, { cv: 4 })
    expect(whole.isFitted).toBe(false)
    expect(whole.namedSteps['scale']!.isFitted).toBe(false)
  })

  it('refuses steps that cannot stand where they do', () => {
    const knn = kNeighborsClassifier()
    expect(() =>
      pipeline([
        ['a', knn],
        ['b', knn],
      ]),
    ).toThrow('transformers but for the last')
    expect(() =>
      pipeline([
        ['a', pca()],
        ['a', knn],
      ]),
    ).toThrow('of different names')
    expect(() => pipeline([['a__b', knn]])).toThrow('[SLP-M1]')
  })
})

describe('estimators', () => {
  it('give and take hyper-parameters, those of steps too', () => {
    const whole = model()
    expect(whole.getParams()).toMatchObject({ model__nNeighbors: 3, scale__withMean: true })
    const copy = clone(whole)
    whole.setParams({ model__nNeighbors: 1 })
    expect(whole.getParams()['model__nNeighbors']).toBe(1)
    expect(copy.getParams()['model__nNeighbors']).toBe(3)
    expect(logisticRegression({ C: 3 }).setParams({ tol: 0.1 }).getParams()).toMatchObject({ C: 3, tol: 0.1 })
  })

  it('refuse what they do not know', () => {
    expect(() => logisticRegression({ c: 1 } as object)).toThrow(
      'of the names C, fitIntercept, tol, maxIter, got c',
    )
    expect(() => logisticRegression().setParams({ c: 1 })).toThrow('[SLP-M1]')
    expect(() => model().setParams({ other__C: 1 })).toThrow('of a step that there is, got other__C')
  })

  it('say that they are not fitted', () => {
    expect(() => model().predict(X)).toThrow('[SLP-M2] Cannot use pipeline')
    expect(() => logisticRegression().coef_).toThrow('[SLP-M2]')
  })

  it('return themselves from fit, and learn anew each time', () => {
    const one = logisticRegression()
    expect(one.fit(X, y)).toBe(one)
    expect(one.fit(X.slice(0, 8), y.slice(0, 8)).classes_).toEqual([0, 1])
  })

  it('take tensors of any number type', () => {
    const whole = tensor('int64', [12, 3], BigInt64Array.from(X.flat(), BigInt))
    const half = tensor('float32', [12, 3], Float32Array.from(X.flat()))
    const labels = tensor('string', [12], y.map(String))
    expect(model().fit(whole, labels).predict(half)).toEqual(model().fit(X, y).predict(X).map(String))
    expect(() => model().fit(tensor('float32', [12], new Float32Array(12)), y)).toThrow('[SLP-M3]')
    expect(() => model().fit([[1], [1, 2]], [0, 1])).toThrow('row 1 must have 1 features')
  })
})
