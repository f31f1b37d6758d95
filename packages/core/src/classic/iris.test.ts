// Fisher's flowers, against scikit-learn 1.9 fold by fold. The table lies outside the repository.
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { logisticRegression } from './linear/logistic-regression.ts'
import { kNeighborsClassifier } from './neighbors/k-neighbors.ts'
import { crossValScore } from './select/cross-validate.ts'
import { decisionTreeClassifier } from './trees/decision-tree.ts'
import { randomForestClassifier } from './trees/random-forest.ts'

const path = fileURLToPath(new URL('../../../../../shared/data/iris.csv', import.meta.url))
const isThere = existsSync(path)
if (!isThere) console.log(`skipped: the table of irises is not at ${path}`)

const rows = isThere
  ? readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => line.split(','))
  : []
const X = rows.map((cells) => cells.slice(0, 4).map(Number))
const y = rows.map((cells) => cells[4]!)
const mean = (scores: readonly number[]) => scores.reduce((sum, score) => sum + score, 0) / scores.length

describe.skipIf(!isThere)('iris in five folds', () => {
  const folds = [29, 30, 28, 29, 30].map((right) => right / 30)

  it('nearest neighbours', () => expect(crossValScore(kNeighborsClassifier(), X, y)).toEqual(folds))

  it('logistic regression', () => expect(crossValScore(logisticRegression(), X, y)).toEqual(folds))

  it('decision trees of any seed', () => {
    for (const randomState of [undefined, 0, 1, 2, 3]) {
      const score = mean(crossValScore(decisionTreeClassifier({ randomState }), X, y))
      expect(Math.abs(score - 0.96)).toBeLessThanOrEqual(0.02)
    }
  })

  it('random forest', () => {
    expect(Math.abs(mean(crossValScore(randomForestClassifier(), X, y)) - 0.9667)).toBeLessThanOrEqual(0.02)
  })
})
