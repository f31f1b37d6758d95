import { describe, expect, it } from 'vitest'
import { clouds, twelve } from '../../testing/table.ts'
import { rowOf } from '../matrix.ts'
import { logisticRegression } from './logistic-regression.ts'
import { minimize } from './minimize.ts'

const { X, y } = twelve
const near = (got: ArrayLike<number>, wanted: readonly number[], digits = 5) => {
  expect(got.length).toBe(wanted.length)
  wanted.forEach((value, i) => {
    expect(got[i], `element ${i}`).toBeCloseTo(value, digits)
  })
}

// The expected numbers are scikit-learn's at its tightest tolerance.
describe('logisticRegression', () => {
  it('finds the weights of three classes', () => {
    const model = logisticRegression({ tol: 1e-9 }).fit(X, y)
    near(rowOf(model.coef_, 0), [-0.4465737772367699, 0.35430141143430227, -0.9747928319079746])
    near(rowOf(model.coef_, 2), [0.2633883892969579, 0.48221113423276385, 1.0156055502608934])
    near(model.intercept_, [4.9874326317787, 2.1896939051302646, -7.17712653690894])
    near(
      model.predictProba(X).data.slice(0, 3),
      [0.9062253670500127, 0.09200872100589098, 0.0017659119440963434],
    )
    expect(model.converged_).toBe(true)
  })

  it('finds one row of weights for two classes, under another penalty', () => {
    const model = logisticRegression({ C: 2, tol: 1e-9 }).fit(X.slice(0, 8), y.slice(0, 8))
    near(model.coef_.data, [0.6393984984298096, -0.6840093975276708, 1.370744361737293])
    near(model.intercept_, [-5.485970431876111])
  })

  it('does without an intercept', () => {
    const model = logisticRegression({ fitIntercept: false, tol: 1e-9 }).fit(X, y)
    near(rowOf(model.coef_, 0), [0.02671545968744273, 0.8346443221196583, -0.804973165746554])
    expect(Array.from(model.intercept_)).toEqual([0, 0, 0])
  })

  it('needs few steps for features of different sizes', () => {
    const { X: wide, y: labels } = clouds(3, 40, 6, 7)
    const model = logisticRegression().fit(wide, labels)
    expect(model.converged_).toBe(true)
    expect(model.nIter_).toBeLessThan(100)
  })

  it('says when it was stopped', () => {
    expect(logisticRegression({ maxIter: 1 }).fit(X, y).converged_).toBe(false)
  })

  it('refuses a penalty without bounds and a single class', () => {
    expect(() => logisticRegression({ C: 0 }).fit(X, y)).toThrow(
      '[SLP-M1] Cannot use C of logisticRegression',
    )
    expect(() => logisticRegression().fit([[1], [2]], ['a', 'a'])).toThrow('[SLP-M3]')
  })
})

describe('minimize', () => {
  it('walks down the valley of Rosenbrock', () => {
    const { w, converged } = minimize(
      (p, gradient) => {
        const [a, b] = [1 - p[0]!, p[1]! - p[0]! ** 2]
        gradient[0] = -2 * a - 400 * p[0]! * b
        gradient[1] = 200 * b
        return a * a + 100 * b * b
      },
      Float64Array.of(-1.2, 1),
      { tol: 1e-9, maxIter: 200 },
    )
    near(w, [1, 1], 8)
    expect(converged).toBe(true)
  })
})
