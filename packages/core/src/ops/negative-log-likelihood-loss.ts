import type { DType } from '../base/dtype.ts'
import type { GraphBuilder } from '../ir/builder.ts'
import { defineOp } from './define.ts'
import { maybe, one } from './param.ts'
import { classLoss, inferLoss, type LossAttrs, lossAttrs } from './shared/class-loss.ts'
import { floats, indexInts } from './types.ts'

/**
 * -input[n, target[n, …], …] * weight[target[n, …]] for log-probabilities input [N, C, …], per sample,
 * summed, or divided by the sum of the weights used. A target of ignore_index counts for nothing.
 */
export const negativeLogLikelihoodLoss = defineOp({
  name: 'NegativeLogLikelihoodLoss',
  since: [12, 13, 22],
  types: { T: floats, Tind: indexInts },
  inputs: { input: one('T'), target: one('Tind'), weight: maybe('T') },
  outputs: { loss: one('T') },
  attrs: lossAttrs,
  infer: ({ input, target, weight }, attrs) => ({ loss: inferLoss(input, target, weight, attrs) }),
  reference: ({ input, target, weight }, attrs) => ({ loss: classLoss(input, target, weight, attrs) }),
  gradient: 'rule',
  lower: {
    kind: 'decompose',
    build: (b, names, attrs, { inputs }) => ({
      loss: buildLoss(b, names, attrs, { float: inputs.input.dtype, index: inputs.target.dtype }),
    }),
  },
})

interface LossNames {
  readonly input: string
  readonly target: string
  readonly weight: string | undefined
}

function buildLoss(
  b: GraphBuilder,
  { input, target, weight }: LossNames,
  { ignore_index: ignored, reduction }: LossAttrs,
  { float, index }: { readonly float: DType; readonly index: DType },
): string {
  const classAxis = b.literal('int64', [1])
  const zero = b.literal(float, 0)
  const isIgnored = ignored === undefined ? undefined : b.node('Equal', [target, b.literal(index, ignored)])
  const kept = (value: string, otherwise: string) =>
    isIgnored ? b.node('Where', [isIgnored, otherwise, value]) : value
  const label = kept(target, b.literal(index, 0))
  const picked = b.node('GatherElements', [input, b.node('Unsqueeze', [label, classAxis])], { axis: 1 })
  const plain = b.node('Neg', [b.node('Squeeze', [picked, classAxis])])
  const factor = weight && b.node('Gather', [weight, label])
  const losses = kept(factor ? b.node('Mul', [plain, factor]) : plain, zero)
  if (reduction === 'none') return losses
  const sum = b.node('ReduceSum', [losses], { keepdims: 0 })
  if (reduction === 'sum') return sum
  const shares = factor ?? b.node('Expand', [b.literal(float, 1), b.node('Shape', [target])])
  return b.node('Div', [sum, b.node('ReduceSum', [kept(shares, zero)], { keepdims: 0 })])
}
