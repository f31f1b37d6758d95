/** Cross-validates the estimators on one table. */
import {
  type Classifier,
  crossValScore,
  decisionTreeClassifier,
  kNeighborsClassifier,
  logisticRegression,
  pca,
  pipeline,
  randomForestClassifier,
  standardScaler,
} from '@slipway/core/classic'
import type { Flowers } from './flowers.ts'

export interface Row {
  readonly name: string
  readonly make: () => Classifier
  readonly scores: readonly number[]
}

export interface CompareOptions {
  /** Trees of the forest. */
  readonly trees: number
  readonly folds: number
}

/** One row per estimator: its accuracy on each fold that it did not see. */
export function compare({ X, y }: Flowers, { trees, folds }: CompareOptions): Row[] {
  const estimators: Readonly<Record<string, () => Classifier>> = {
    'kNN, k = 5': () => kNeighborsClassifier(),
    'logistic regression': () => logisticRegression(),
    'scaled, two components, logistic regression': () =>
      pipeline([
        ['scale', standardScaler()],
        ['turn', pca({ nComponents: 2 })],
        ['model', logisticRegression()],
      ]),
    'decision tree': () => decisionTreeClassifier(),
    'random forest': () => randomForestClassifier({ nEstimators: trees }),
  }
  return Object.entries(estimators).map(([name, make]) => ({
    name,
    make,
    scores: crossValScore(make(), X, y, { cv: folds }),
  }))
}

export const mean = (scores: readonly number[]): number =>
  scores.reduce((sum, score) => sum + score, 0) / scores.length

/** The rows as text. */
export function tableOf(rows: readonly Row[]): string {
  const width = Math.max(...rows.map(({ name }) => name.length))
  return rows
    .map(({ name, scores }) => {
      const folds = scores.map((score) => score.toFixed(3)).join(' ')
      return `${name.padEnd(width)}  ${mean(scores).toFixed(4)}  (${folds})`
    })
    .join('\n')
}
