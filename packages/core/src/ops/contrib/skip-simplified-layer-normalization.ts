import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { lowerRowNormalization } from '../lower/normalization.ts'
import { maybe, one } from '../param.ts'
import { castTo } from '../shared/cast-node.ts'
import { inverseRoot, rmsNormalize } from './shared/rms.ts'
import { inferSkip, skipOutputs, skipSum, skipTypes } from './shared/skip-normalization.ts'

/** RMSNormalization over the last axis of input + skip + bias, and that sum. */
export const skipSimplifiedLayerNormalization = defineOp({
  name: 'SkipSimplifiedLayerNormalization',
  domain: 'com.microsoft',
  since: [1],
  types: skipTypes,
  inputs: { input: one('T'), skip: one('T'), gamma: one('T'), bias: maybe('T') },
  outputs: skipOutputs,
  attrs: { epsilon: attr.float(1e-12) },
  infer: (facts) => inferSkip(facts),
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    emit: ({ input, skip, gamma, bias }, outputs, { epsilon }, context) =>
      outputs.mean
        ? 'a mean beside the root mean square'
        : lowerRowNormalization(
            {
              x: input,
              skip,
              skipBias: bias,
              gain: gamma,
              y: outputs.output,
              inverse: outputs.inv_std_var,
              sum: outputs.input_skip_bias_sum,
            },
            { axis: -1, epsilon, rootMeanSquare: true },
            context,
          ),
    build: (b, { gamma, ...summands }, { epsilon }, { inputs }) => {
      const { dtype } = inputs.input
      const sum = skipSum(b, summands, dtype)
      const spec = { axis: -1, epsilon, dtype: 'float32' } as const
      const y = rmsNormalize(b, sum, castTo(b, gamma, dtype, 'float32'), spec)
      return {
        output: castTo(b, y, 'float32', dtype),
        mean: b.node('ReduceMean', [sum, b.literal('int64', [-1])]),
        inv_std_var: inverseRoot(b, sum, [-1], spec, 'float32'),
        input_skip_bias_sum: castTo(b, sum, 'float32', dtype),
      }
    },
  },
})
