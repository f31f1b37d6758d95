import { float } from '../../ir/builder.ts'
import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { lowerRowNormalization } from '../lower/normalization.ts'
import { maybe, one } from '../param.ts'
import { castTo } from '../shared/cast-node.ts'
import { inferSkip, skipOutputs, skipSum, skipTypes } from './shared/skip-normalization.ts'

/** LayerNormalization over the last axis of input + skip + bias, and that sum. */
export const skipLayerNormalization = defineOp({
  name: 'SkipLayerNormalization',
  domain: 'com.microsoft',
  since: [1],
  types: skipTypes,
  inputs: {
    input: one('T'),
    skip: one('T'),
    gamma: one('T'),
    beta: maybe('T'),
    bias: maybe('T'),
  },
  outputs: skipOutputs,
  attrs: { epsilon: attr.float(1e-12) },
  infer: (facts) => inferSkip(facts),
  reference: 'decomposed',
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    emit: ({ input, skip, gamma, beta, bias }, outputs, { epsilon }, context) =>
      lowerRowNormalization(
        {
          x: input,
          skip,
          skipBias: bias,
          gain: gamma,
          bias: beta,
          y: outputs.output,
          mean: outputs.mean,
          inverse: outputs.inv_std_var,
          sum: outputs.input_skip_bias_sum,
        },
        { axis: -1, epsilon, rootMeanSquare: false },
        context,
      ),
    build: (b, { gamma, beta, ...summands }, { epsilon }, { inputs }) => {
      const { dtype } = inputs.input
      const wide = (x: string) => castTo(b, x, dtype, 'float32')
      const sum = skipSum(b, summands, dtype)
      const attributes = { axis: -1, epsilon: float(epsilon) }
      const operands = [sum, wide(gamma), beta && wide(beta)]
      const [y, mean, inverse] = b.nodes('LayerNormalization', operands, attributes, { outputs: 3 })
      return {
        output: castTo(b, y!, 'float32', dtype),
        mean,
        inv_std_var: inverse,
        input_skip_bias_sum: castTo(b, sum, 'float32', dtype),
      }
    },
  },
})
