import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { maybe, one } from './param.ts'
import { classLoss, inferLoss, lossAttrs } from './shared/class-loss.ts'
import { logSoftmaxLine, mapLines } from './shared/softmax.ts'
import { floats, indexInts } from './types.ts'

/** NegativeLogLikelihoodLoss of LogSoftmax(scores) along the classes, axis 1; log_prob is that LogSoftmax. */
export const softmaxCrossEntropyLoss = defineOp({
  name: 'SoftmaxCrossEntropyLoss',
  since: [12, 13],
  types: { T: floats, Tind: indexInts },
  inputs: { scores: one('T'), labels: one('Tind'), weights: maybe('T') },
  outputs: { output: one('T'), log_prob: maybe('T') },
  attrs: lossAttrs,
  infer: ({ scores, labels, weights }, attrs) => ({
    output: inferLoss(scores, labels, weights, attrs),
    log_prob: tensorFact(scores.dtype, scores.shape),
  }),
  reference: ({ scores, labels, weights }, attrs) => {
    const log_prob = mapLines(scores, 1, logSoftmaxLine)
    return { output: classLoss(log_prob, labels, weights, attrs), log_prob }
  },
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    build: (b, { scores, labels, weights }, { ignore_index, reduction }) => {
      const log_prob = b.node('LogSoftmax', [scores], { axis: 1 })
      const attrs = { ignore_index, reduction }
      return { output: b.node('NegativeLogLikelihoodLoss', [log_prob, labels, weights], attrs), log_prob }
    },
  },
})
