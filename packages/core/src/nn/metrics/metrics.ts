/** Numbers that tell how good predictions are, as tensors of the compiled step. */
import type { Tensor } from '../tensor/tensor.ts'

export interface MetricOptions {
  /** A weight for each element of the batch, 0 for those that do not count. */
  readonly weights?: Tensor
}

/** The part of the batch whose greatest logit [batch, classes, …] is that of the label [batch, …]. */
export function accuracy(logits: Tensor, labels: Tensor, options: MetricOptions = {}): Tensor {
  return meanOf(logits.argmax(1).equal(labels.cast('int64')), options)
}

/** The part of the batch whose label [batch] is among the `k` greatest logits [batch, classes]. */
export function topKAccuracy(logits: Tensor, labels: Tensor, k: number, options: MetricOptions = {}): Tensor {
  const [, indices] = logits.topk(k, 1)
  const hits = indices.equal(labels.cast('int64').unsqueeze(1)).cast('float32').max(1).greater(0)
  return meanOf(hits, options)
}

/** The part of the batch where logits and targets are on the same side: of 0, and of 0.5. */
export function binaryAccuracy(logits: Tensor, target: Tensor, options: MetricOptions = {}): Tensor {
  return meanOf(logits.greater(0).equal(target.greater(0.5)), options)
}

export function meanSquaredError(prediction: Tensor, target: Tensor): Tensor {
  return prediction.sub(target).square().mean()
}

export function meanAbsoluteError(prediction: Tensor, target: Tensor): Tensor {
  return prediction.sub(target).abs().mean()
}

function meanOf(hits: Tensor, { weights }: MetricOptions): Tensor {
  const numbers = hits.cast('float32')
  return weights ? numbers.mul(weights).sum().div(weights.sum()) : numbers.mean()
}
