import { describe, expect, it } from 'vitest'
import { clouds, twelve } from '../../testing/table.ts'
import { decisionTreeClassifier } from './decision-tree.ts'
import { roundDown } from './emit-trees.ts'
import { featureCount } from './params.ts'
import { randomForestClassifier } from './random-forest.ts'

const { X, y } = twelve
/** Without the second feature, which is as good as the third at one node. */
const two = X.map(([a, , c]) => [a, c])

// The expected numbers are scikit-learn's.
describe('decisionTreeClassifier', () => {
  it.each([
    ['gini', [2 / 3, 0, 0.5, 0, 0.32, 0.5, 0]],
    ['entropy', [Math.log2(3), 0, 1, 0, 0.7219280948873623, 1, 0]],
  ] as const)('grows by %s until leaves are pure or their samples equal', (criterion, impurity) => {
    const { tree_ } = decisionTreeClassifier({ criterion }).fit(two, y)
    expect(tree_.feature).toEqual([1, -1, 1, -1, 0, -1, -1])
    expect(tree_.threshold).toEqual([3, 0, 4.5, 0, 6.5, 0, 0])
    expect(tree_.left).toEqual([1, -1, 3, -1, 5, -1, -1])
    expect(tree_.right).toEqual([2, -1, 4, -1, 6, -1, -1])
    expect(tree_.samples).toEqual([12, 4, 8, 3, 5, 2, 3])
    impurity.forEach((value, node) => {
      expect(tree_.impurity[node]).toBeCloseTo(value, 12)
    })
  })

  it('keeps to depth and leaf size', () => {
    const model = decisionTreeClassifier({ minSamplesLeaf: 3, maxDepth: 2 }).fit(two, y)
    expect(model.tree_.feature).toEqual([1, -1, 1, -1, -1])
    expect(Array.from(model.featureImportances_)).toEqual([0, 1])
    const shares = model.predictProba(two).data
    expect(Array.from(shares.slice(0, 3))).toEqual([1, 0, 0])
    expect(Array.from(shares.slice(15, 18))).toEqual([0, 0.2, 0.8])
    expect(decisionTreeClassifier({ minSamplesSplit: 13 }).fit(X, y).tree_.feature).toEqual([-1])
  })

  it('cannot divide what no feature tells apart', () => {
    const model = decisionTreeClassifier().fit([[1], [1], [1]], ['a', 'b', 'b'])
    expect(model.predict([[1]])).toEqual(['b'])
    expect(model.tree_.feature).toEqual([-1])
  })

  it('divides between neighbouring float32 values', () => {
    const [low, high] = [1, 1 + 2 ** -23]
    const rows = [[low * 1000], [high * 1000]]
    expect(decisionTreeClassifier().fit(rows, [0, 1]).predict(rows)).toEqual([0, 1])
  })

  it('finds a useful feature however few it looks at', () => {
    const rows = y.map((label) => [...Array<number>(20).fill(1), label])
    const model = decisionTreeClassifier({ maxFeatures: 1, randomState: 3 }).fit(rows, y)
    expect(model.score(rows, y)).toBe(1)
  })

  it('refuses hyper-parameters out of range', () => {
    expect(() => decisionTreeClassifier({ maxDepth: 0 }).fit(X, y)).toThrow('an integer of 1 or more, got 0')
    expect(() => decisionTreeClassifier({ maxFeatures: -1 }).fit(X, y)).toThrow('[SLP-M1]')
  })
})

describe('randomForestClassifier', () => {
  const data = clouds(3, 30, 4, 11)

  it('gives the same forest for the same seed, and another for another', () => {
    const proba = (randomState: number) =>
      randomForestClassifier({ nEstimators: 8, randomState }).fit(data.X, data.y).predictProba(data.X).data
    expect(proba(1)).toEqual(proba(1))
    expect(proba(1)).not.toEqual(proba(2))
  })

  it('begins with the trees of a smaller forest', () => {
    const trees = (nEstimators: number) => randomForestClassifier({ nEstimators }).fit(data.X, data.y).trees_
    expect(trees(5).slice(0, 3)).toEqual(trees(3))
  })

  it('learns what it saw, in probabilities that add up to 1', () => {
    const model = randomForestClassifier({ nEstimators: 25 }).fit(data.X, data.y)
    expect(model.score(data.X, data.y)).toBeGreaterThan(0.97)
    const shares = model.predictProba(data.X).data
    for (let i = 0; i < data.y.length; i++) {
      expect(shares[3 * i]! + shares[3 * i + 1]! + shares[3 * i + 2]!).toBeCloseTo(1, 12)
    }
    expect(model.featureImportances_.reduce((a, b) => a + b)).toBeCloseTo(1, 12)
  })

  it('without drawing and with all features is one tree many times', () => {
    const model = randomForestClassifier({ nEstimators: 3, bootstrap: false, maxFeatures: undefined }).fit(
      X,
      y,
    )
    expect(model.predictProba(X)).toEqual(decisionTreeClassifier().fit(X, y).predictProba(X))
  })
})

describe('numbers of trees', () => {
  it('counts the features of a node', () => {
    expect(
      [undefined, 'sqrt', 'log2', 0.5, 3, 99].map((most) => featureCount(most as undefined, 10)),
    ).toEqual([10, 3, 3, 5, 3, 10])
  })

  it('rounds thresholds down, so that float32 features compare alike', () => {
    for (const value of [0.1, -0.1, 1 / 3, -1 / 3, 1e-50, -1e-50, 0, 3, 16777217, -16777217]) {
      const down = roundDown(value)
      expect(Math.fround(down)).toBe(down)
      expect(down).toBeLessThanOrEqual(value)
      expect(
        Math.fround(value) === value ? value : Math.fround(down + Math.abs(down) * 2 ** -23 + 2 ** -149),
      ).toBeGreaterThanOrEqual(value)
    }
  })
})
