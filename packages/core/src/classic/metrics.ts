/** Measures of how well labels and values were predicted. Arguments in scikit-learn's order: true ones first. */
import type { Tensor } from '../base/tensor.ts'
import { isTensor, refuseData, toMatrix } from './matrix.ts'
import { encodeLabels, type Label, type Targets, toList, toValues } from './targets.ts'

const countOf = (targets: Targets): number => (isTensor(targets) ? (targets.shape[0] ?? 0) : targets.length)

/**
 * The share of equal labels.
 *
 * @example
 * accuracyScore(['a', 'b', 'b', 'a'], ['a', 'b', 'a', 'a']) // 0.75
 */
export function accuracyScore(yTrue: Targets, yPred: Targets): number {
  const wanted = toList(yTrue, countOf(yTrue))
  const got = toList(yPred, wanted.length)
  if (wanted.length === 0) return refuseData('a score needs samples', 'none')
  return wanted.filter((label, i) => label === got[i]).length / wanted.length
}

export interface Confusion {
  readonly labels: readonly Label[]
  /** Samples by true label (row) and predicted label (column). */
  readonly counts: readonly (readonly number[])[]
}

/**
 * How often each label was taken for each.
 *
 * @example
 * confusionMatrix([0, 0, 1], [0, 1, 1]).counts // [[1, 1], [0, 1]]
 */
export function confusionMatrix(yTrue: Targets, yPred: Targets): Confusion {
  const wanted = toList(yTrue, countOf(yTrue))
  const got = toList(yPred, wanted.length)
  const { classes, codes } = encodeLabels([...wanted, ...got], 2 * wanted.length)
  const counts = classes.map(() => classes.map(() => 0))
  wanted.forEach((_, i) => {
    counts[codes[i]!]![codes[wanted.length + i]!]! += 1
  })
  return { labels: classes, counts }
}

export interface ClassScores {
  readonly label: Label
  readonly precision: number
  readonly recall: number
  readonly f1: number
  /** Samples that truly have the label. */
  readonly support: number
}

/** Precision, recall and F1 of each label; 0 where nothing was predicted or nothing was there. */
export function classScores(yTrue: Targets, yPred: Targets): ClassScores[] {
  const { labels, counts } = confusionMatrix(yTrue, yPred)
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : part / whole)
  return labels.map((label, k) => {
    const hits = counts[k]![k]!
    const support = counts[k]!.reduce((sum, count) => sum + count, 0)
    const predicted = counts.reduce((sum, row) => sum + row[k]!, 0)
    return {
      label,
      precision: ratio(hits, predicted),
      recall: ratio(hits, support),
      f1: ratio(2 * hits, support + predicted),
      support,
    }
  })
}

/** The mean of F1 over the labels. */
export function f1Macro(yTrue: Targets, yPred: Targets): number {
  const scores = classScores(yTrue, yPred)
  return scores.reduce((sum, { f1 }) => sum + f1, 0) / scores.length
}

/** Mean of -log p of the true label; `classes` are those of the columns. Probabilities are kept off 0 by 2^-52. */
export function logLoss(yTrue: Targets, probabilities: Tensor, classes: readonly Label[]): number {
  const p = toMatrix(probabilities)
  const losses = toList(yTrue, p.rows).map((label, i) => {
    const column = classes.indexOf(label)
    if (column < 0) return refuseData('every label must be among the classes', JSON.stringify(label))
    return -Math.log(Math.min(1, Math.max(p.data[i * p.columns + column]!, Number.EPSILON)))
  })
  return losses.reduce((sum, loss) => sum + loss, 0) / losses.length
}

/** Mean of the squared differences. */
export function meanSquaredError(yTrue: Targets, yPred: Targets): number {
  return meanOf(yTrue, yPred, (difference) => difference * difference)
}

/** Mean of the absolute differences. */
export function meanAbsoluteError(yTrue: Targets, yPred: Targets): number {
  return meanOf(yTrue, yPred, Math.abs)
}

function meanOf(yTrue: Targets, yPred: Targets, of: (difference: number) => number): number {
  const wanted = toValues(yTrue, countOf(yTrue))
  const got = toValues(yPred, wanted.length)
  if (wanted.length === 0) return refuseData('a score needs samples', 'none')
  return wanted.reduce((sum, value, i) => sum + of(value - got[i]!), 0) / wanted.length
}

/**
 * The share of the variance that is explained: 1 is perfect, 0 no better than the mean. Constant targets give 1
 * where they are predicted exactly, and 0 otherwise.
 *
 * @example
 * r2Score([1, 2, 3], [1, 2, 3]) // 1
 */
export function r2Score(yTrue: Targets, yPred: Targets): number {
  const wanted = toValues(yTrue, countOf(yTrue))
  const error = meanSquaredError(wanted, yPred)
  const mean = wanted.reduce((sum, value) => sum + value, 0) / wanted.length
  const variance = meanSquaredError(wanted, new Float64Array(wanted.length).fill(mean))
  if (variance === 0) return error === 0 ? 1 : 0
  return 1 - error / variance
}
