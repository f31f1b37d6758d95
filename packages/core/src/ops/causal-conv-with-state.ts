import { type Dim, subDims } from '../base/dim.ts'
import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { maybe, one } from './param.ts'
import { refuse } from './refuse.ts'
import { floatsOf, floatZeros } from './shared/elements.ts'
import { sigmoid } from './shared/math/sigmoid.ts'
import { requireShape } from './shared/require.ts'

/**
 * Convolves each channel with its own kernel over the current and past positions, which are carried along.
 */
export const causalConvWithState = defineOp({
  name: 'CausalConvWithState',
  since: [27],
  types: { T: ['float32', 'float16', 'bfloat16'] },
  inputs: { input: one('T'), weight: one('T'), bias: maybe('T'), past_state: maybe('T') },
  outputs: { output: one('T'), present_state: one('T') },
  attrs: { activation: attr.oneOf(['silu', 'swish', 'none'], 'none') },
  infer: ({ input, weight, bias, past_state }, _attrs, { freshDim }) => {
    requireShape('input', input, [undefined, undefined, undefined])
    const channels = input.shape?.[1] ?? weight.shape?.[0] ?? freshDim('channels')
    requireShape('weight', weight, [channels, 1, undefined])
    requireShape('bias', bias, [channels])
    const size = weight.shape?.[2]
    if (size === 0) refuse('the kernel must have at least one position', size)
    const carried: Dim = size === undefined ? freshDim('carried') : subDims(size, 1)
    const batch = input.shape?.[0] ?? freshDim('batch')
    requireShape('past_state', past_state, [batch, channels, carried])
    return {
      output: tensorFact(input.dtype, [batch, channels, input.shape?.[2] ?? freshDim('length')]),
      present_state: tensorFact(input.dtype, [batch, channels, carried]),
    }
  },
  reference: ({ input, weight, bias, past_state }, { activation }) => {
    const [batch, channels, length] = input.shape as readonly [number, number, number] // infer checked the rank
    const size = weight.shape[2]!
    const carried = size - 1
    const [x, w, past] = [floatsOf(input), floatsOf(weight), past_state && floatsOf(past_state)]
    const { tensor: output, data } = floatZeros(input.dtype, input.shape)
    const state = new Float64Array(batch * channels * carried)
    for (let row = 0; row < batch * channels; row++) {
      const line = new Float64Array(carried + length)
      if (past) line.set(past.subarray(row * carried, (row + 1) * carried))
      line.set(x.subarray(row * length, (row + 1) * length), carried)
      const channel = row % channels
      for (let t = 0; t < length; t++) {
        let sum = bias ? floatsOf(bias)[channel]! : 0
        for (let k = 0; k < size; k++) sum += w[channel * size + k]! * line[t + k]!
        data[row * length + t] = activation === 'none' ? sum : sum * sigmoid(sum)
      }
      state.set(line.subarray(length), row * carried)
    }
    return { output, present_state: wide(input.dtype, [batch, channels, carried], state) }
  },
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build(b, { input, weight, bias, past_state }, { activation }, { inputs }) {
      const channels = inputs.input.shape?.[1] ?? inputs.weight.shape?.[0]
      const size = inputs.weight.shape?.[2]
      if (typeof channels !== 'number' || typeof size !== 'number') return undefined
      const carried = size - 1
      const line = past_state
        ? b.node('Concat', [past_state, input], { axis: 2 })
        : b.node('Pad', [input, b.literal('int64', [0, 0, carried, 0, 0, 0])])
      const sums = b.node('Conv', [line, weight, bias], { group: channels })
      const length = b.node('Shape', [input], { start: 2 })
      const end = b.literal('int64', [Number.MAX_SAFE_INTEGER])
      return {
        output: activation === 'none' ? sums : b.node('Mul', [sums, b.node('Sigmoid', [sums])]),
        present_state: b.node('Slice', [line, length, end, b.literal('int64', [2])]),
      }
    },
  },
})
