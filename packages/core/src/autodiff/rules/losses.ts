/** Gradients of the losses of class labels. */
import { dtypeInfo } from '../../base/dtype.ts'
import { negativeLogLikelihoodLoss } from '../../ops/negative-log-likelihood-loss.ts'
import type { LossAttrs } from '../../ops/shared/class-loss.ts'
import { softmaxCrossEntropyLoss } from '../../ops/softmax-cross-entropy-loss.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'

interface Loss {
  readonly b: TypedBuilder
  readonly m: Maths
  /** Log-probabilities [N, C, …]. */
  readonly logs: string
  readonly labels: string
  readonly weights: string | undefined
  readonly attrs: LossAttrs
  /** Of the loss. */
  readonly gradient: string
}

interface Shares {
  /** Where a class is the label of the sample: [N, C, …]. */
  readonly hits: string
  /** What the loss gains where the weighted loss of a sample gains 1; 0 for samples that are ignored. */
  readonly plain: string
  /** The same for its loss without the weight. */
  readonly weighted: string
}

/** Both shares are scalars, or [N, 1, …]: nothing of the size of the scores but one elementwise kernel is computed. */
function sharesOf({ b, m, logs, labels, weights, attrs, gradient }: Loss): Shares {
  const { ignore_index: ignored, reduction } = attrs
  const own = m.unsqueeze(labels, [1])
  const isIgnored = ignored === undefined ? undefined : m.equal(own, ignored)
  const kept = (x: string): string => (isIgnored ? m.where(isIgnored, 0, x) : x)
  const weight = weights && kept(b.node('Gather', [weights, kept(own)]))
  const each = reduction === 'none' ? m.unsqueeze(gradient, [1]) : gradient
  const counted = weight ?? (isIgnored && m.castLike(m.not(isIgnored), logs))
  const plain = kept(reduction === 'mean' ? m.div(each, total(b, m, counted, { labels, logs })) : each)
  return {
    hits: m.equal(classes(b, m, logs, labels), own),
    plain,
    weighted: weight ? m.mul(plain, weight) : plain,
  }
}

/** The sum of the weights that count. */
function total(
  b: TypedBuilder,
  m: Maths,
  counted: string | undefined,
  { labels, logs }: { readonly labels: string; readonly logs: string },
): string {
  return counted ? m.sum(counted, undefined, false) : m.castLike(b.node('Size', [labels]), logs)
}

/** The numbers of the classes, along axis 1. */
function classes(b: TypedBuilder, m: Maths, logs: string, labels: string): string {
  const [, count, ...inner] = b.shape(logs)
  const wide = inner.map((_, i) => i + 1)
  const long = (x: number) => b.literal('int64', x)
  const size =
    typeof count === 'number' ? long(count) : m.squeeze(b.node('Shape', [logs], { start: 1, end: 2 }), [0])
  const list = b.node('Range', [long(0), size, long(1)])
  const typed = b.node('Cast', [list], { to: dtypeInfo(b.dtype(labels)).code })
  return wide.length === 0 ? typed : m.unsqueeze(typed, wide)
}

/** By the weight of each class; in a mean it counts in the total too. */
function weightGradient(loss: Loss, { hits, plain }: Shares, mean: string | undefined): string {
  const { b, m, logs } = loss
  const negative = m.neg(logs)
  const excess = mean ? m.sub(negative, mean) : negative
  const others = [...b.shape(logs).keys()].filter((axis) => axis !== 1)
  return m.sum(m.where(hits, m.mul(plain, excess), 0), others, false)
}

export const negativeLogLikelihoodLossGradient = defineGradient(
  negativeLogLikelihoodLoss,
  ({ b, m, inputs: { input, target, weight }, outputs, attrs, gradients, wants }) => {
    const loss = { b, m, logs: input, labels: target, weights: weight, attrs, gradient: gradients.loss }
    const shares = sharesOf(loss)
    const mean = attrs.reduction === 'mean' ? outputs.loss : undefined
    return {
      input: m.where(shares.hits, m.neg(shares.weighted), 0),
      weight: weight && wants('weight') ? weightGradient(loss, shares, mean) : undefined,
    }
  },
)

// By the scores: softmax - 1 at the label and softmax elsewhere, times the share of the sample.
export const softmaxCrossEntropyLossGradient = defineGradient(
  softmaxCrossEntropyLoss,
  ({ b, m, inputs: { scores, labels, weights }, outputs, attrs, gradients, wants }) => {
    const logs = outputs.log_prob ?? b.node('LogSoftmax', [scores], { axis: 1 })
    const power = m.exp(logs)
    const { output: gradient, log_prob: more } = gradients
    const further = more && m.sub(more, m.mul(power, m.sum(more, [1])))
    if (gradient === undefined) return { scores: further }
    const loss = { b, m, logs, labels, weights, attrs, gradient }
    const shares = sharesOf(loss)
    const own = m.mul(shares.weighted, m.sub(power, m.castLike(shares.hits, power)))
    const mean = attrs.reduction === 'mean' ? outputs.output : undefined
    return {
      scores: further ? m.add(own, further) : own,
      weights: weights && wants('weights') ? weightGradient(loss, shares, mean) : undefined,
    }
  },
  { saves: ['log_prob'] },
)
