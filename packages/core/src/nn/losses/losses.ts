/** Losses, with PyTorch's names and defaults. */
import { SlipwayError } from '../../base/errors.ts'
import type { Tensor } from '../tensor/tensor.ts'

/** What becomes of the losses of all elements. */
export type Reduction = 'mean' | 'sum' | 'none'

export interface LossOptions {
  /** `mean` unless given. */
  readonly reduction?: Reduction
  /**
   * A weight for each loss before the reduction, of their shape, 0 for those that do not count, such as the padding of a
   * short batch. The mean is taken over the sum of weights.
   */
  readonly weights?: Tensor
}

export interface CrossEntropyOptions extends LossOptions {
  /** The part of the probability that all classes share; 0 unless given. */
  readonly labelSmoothing?: number
  /** A label that does not count; -100 unless given, as in PyTorch. */
  readonly ignoreIndex?: number
}

/**
 * Of logits [batch, classes, …] and labels: integers [batch, …], or probabilities of the logits' shape. The classes are
 * along axis 1, as in PyTorch.
 */
export function crossEntropy(logits: Tensor, labels: Tensor, options: CrossEntropyOptions = {}): Tensor {
  const { labelSmoothing = 0, ignoreIndex = -100 } = options
  const logProbabilities = logits.logSoftmax(1)
  if (labels.dtype.startsWith('float')) return reduce(logProbabilities.mul(labels).sum(1).neg(), options)
  const losses = likelihood(logProbabilities, labels, ignoreIndex)
  if (labelSmoothing === 0) return reduceLabelled(losses, labels, ignoreIndex, options)
  const shared = logProbabilities.mean(1).neg()
  const smooth = losses.mul(1 - labelSmoothing).add(shared.mul(labelSmoothing))
  return reduceLabelled(smooth.where(labels.equal(ignoreIndex).logicalNot(), 0), labels, ignoreIndex, options)
}

/** Of log-probabilities [batch, classes, …] and labels [batch, …]. */
export function nllLoss(
  logProbabilities: Tensor,
  labels: Tensor,
  options: Omit<CrossEntropyOptions, 'labelSmoothing'> = {},
): Tensor {
  const { ignoreIndex = -100 } = options
  return reduceLabelled(likelihood(logProbabilities, labels, ignoreIndex), labels, ignoreIndex, options)
}

/** The squares of differences. */
export function mseLoss(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return reduce(prediction.sub(target).square(), options)
}

/** The sizes of differences. */
export function l1Loss(prediction: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  return reduce(prediction.sub(target).abs(), options)
}

/** Square for differences below `delta`, 1 unless given, and linear beyond (Huber, 1964). */
export function huberLoss(
  prediction: Tensor,
  target: Tensor,
  { delta = 1, ...options }: LossOptions & { readonly delta?: number } = {},
): Tensor {
  const size = prediction.sub(target).abs()
  const inner = size.minimum(delta)
  return reduce(inner.mul(size.sub(inner.mul(0.5))), options)
}

/** Huber's loss divided by `beta`. */
export function smoothL1Loss(
  prediction: Tensor,
  target: Tensor,
  { beta = 1, ...options }: LossOptions & { readonly beta?: number } = {},
): Tensor {
  const size = prediction.sub(target).abs()
  const inner = size.minimum(beta)
  return reduce(inner.mul(size.sub(inner.mul(0.5))).div(beta), options)
}

/** Of logits and targets within [0, 1]: -(t log σ(x) + (1 - t) log(1 - σ(x))), in a form that does not overflow. */
export function bceWithLogitsLoss(logits: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const losses = logits.relu().sub(logits.mul(target)).add(logits.abs().neg().softplus())
  return reduce(losses, options)
}

/** Of probabilities and targets within [0, 1]; logarithms are not below -100, as in PyTorch. */
export function bceLoss(probability: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const logOf = (x: Tensor) => x.log().maximum(-100)
  const inverse = (x: Tensor) => x.neg().add(1)
  return reduce(
    target
      .mul(logOf(probability))
      .add(inverse(target).mul(logOf(inverse(probability))))
      .neg(),
    options,
  )
}

/** Of log-probabilities and probabilities: t (log t - x), 0 where t is. */
export function klDivLoss(logProbabilities: Tensor, target: Tensor, options: LossOptions = {}): Tensor {
  const positive = target.greater(0)
  const terms = target.mul(target.where(positive, 1).log().sub(logProbabilities))
  return reduce(terms.where(positive, 0), options)
}

/** The cosine of the angles between vectors along an axis. */
export function cosineSimilarity(a: Tensor, b: Tensor, axis = -1, eps = 1e-8): Tensor {
  const norms = a.norm(axis).maximum(eps).mul(b.norm(axis).maximum(eps))
  return a.mul(b).sum(axis).div(norms)
}

/** -log p of each label; 0 for labels that do not count. */
function likelihood(logProbabilities: Tensor, labels: Tensor, ignoreIndex: number): Tensor {
  const counts = labels.equal(ignoreIndex).logicalNot()
  const index = labels.where(counts, 0).unsqueeze(1)
  return logProbabilities.gather(1, index).squeeze(1).neg().where(counts, 0)
}

function reduceLabelled(losses: Tensor, labels: Tensor, ignoreIndex: number, options: LossOptions): Tensor {
  const { reduction = 'mean', weights } = options
  if (reduction !== 'mean') return reduce(losses, options)
  const counts = labels.equal(ignoreIndex).logicalNot().cast(losses.dtype)
  return reduce(losses, { ...options, weights: weights ? weights.mul(counts) : counts })
}

function reduce(losses: Tensor, { reduction = 'mean', weights }: LossOptions): Tensor {
  const weighted = weights ? losses.mul(weights) : losses
  switch (reduction) {
    case 'none':
      return weighted
    case 'sum':
      return weighted.sum()
    case 'mean':
      return weights ? weighted.sum().div(weights.broadcastTo(losses.shape).sum()) : losses.mean()
    default:
      throw new SlipwayError(
        'SLP-O1',
        `Cannot reduce losses: reduction must be mean, sum or none, got ${reduction satisfies never}`,
      )
  }
}
