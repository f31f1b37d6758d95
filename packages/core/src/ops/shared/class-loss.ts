/** Negative log-likelihood of class labels, for the two loss operators. */
import type { Dim } from '../../base/dim.ts'
import { elementCount } from '../../base/shape.ts'
import { type WideTensor, wide } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { type TensorFact, tensorFact } from '../fact.ts'
import { refuse, refuseValue } from '../refuse.ts'
import { floatsOf, integersOf } from './elements.ts'
import { requireRank, requireShape, requireSize } from './require.ts'

export const lossAttrs = {
  ignore_index: attr.optional.int(),
  reduction: attr.oneOf(['none', 'mean', 'sum'], 'mean'),
} as const

export interface LossAttrs {
  readonly ignore_index: number | undefined
  readonly reduction: 'none' | 'mean' | 'sum'
}

/** The fact of the loss. `scores` is [N, C, …], `labels` [N, …], `weights` [C]. Throws SLP-O2. */
export function inferLoss(
  scores: TensorFact,
  labels: TensorFact,
  weights: TensorFact | undefined,
  { reduction }: LossAttrs,
): TensorFact {
  const classes = scores.shape?.[1]
  if (scores.shape && classes === undefined) refuse('scores must have rank 2 at least', scores.shape.length)
  const samples = scores.shape?.filter((_, axis) => axis !== 1)
  if (samples) requireShape('the labels', labels, samples)
  requireRank('the weights', weights, 1)
  requireSize('the size of the weights', weights?.shape?.[0], classes)
  return tensorFact(scores.dtype, reduction === 'none' ? sampleShape(samples, labels.shape) : [])
}

function sampleShape(
  samples: readonly Dim[] | undefined,
  labels: readonly Dim[] | undefined,
): readonly Dim[] | undefined {
  if (!samples) return labels
  return samples.map((size, axis) => (typeof size === 'number' ? size : (labels?.[axis] ?? size)))
}

/** The loss of log-probabilities [N, C, …]. A label must be a class or ignore_index. Throws SLP-O4. */
export function classLoss(
  logProbabilities: WideTensor,
  labels: WideTensor,
  weights: WideTensor | undefined,
  { ignore_index: ignored, reduction }: LossAttrs,
): WideTensor {
  const classes = logProbabilities.shape[1]!
  const inner = elementCount(logProbabilities.shape.slice(2))
  const scores = floatsOf(logProbabilities)
  const factors = weights && floatsOf(weights)
  const losses = new Float64Array(labels.data.length)
  let total = 0
  let weightTotal = 0
  integersOf(labels).forEach((label, i) => {
    if (label === ignored) return
    if (label < 0 || label >= classes) refuseValue(`labels must lie in [0, ${classes})`, label)
    const weight = factors ? factors[label]! : 1
    const at = (Math.floor(i / inner) * classes + label) * inner + (i % inner)
    losses[i] = -scores[at]! * weight
    total += losses[i]!
    weightTotal += weight
  })
  const { dtype } = logProbabilities
  if (reduction === 'none') return wide(dtype, labels.shape, losses)
  return wide(dtype, [], Float64Array.of(reduction === 'sum' ? total : total / weightTotal))
}
