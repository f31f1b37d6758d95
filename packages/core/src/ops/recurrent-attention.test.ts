import { f16, f32, flat } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { causalConvWithState } from './causal-conv-with-state.ts'
import { linearAttention } from './linear-attention.ts'

const input = f32([[[1, 2, 3]]])
const weight = f32([[[10, 1]]])

opTest(causalConvWithState, {
  cases: [
    {
      name: 'looks at zeros before the beginning',
      inputs: { input, weight },
      outputs: { output: f32([[[1, 12, 23]]]), present_state: f32([[[3]]]) },
    },
    {
      name: 'looks at the carried positions and adds the bias',
      inputs: { input, weight, bias: f32([0.5]), past_state: f32([[[4]]]) },
      outputs: { output: f32([[[41.5, 12.5, 23.5]]]), present_state: f32([[[3]]]) },
    },
    {
      name: 'carries what a short input leaves over',
      inputs: { input: f32([[[7]]]), weight: f32([[[1, 1, 1]]]), past_state: f32([[[5, 6]]]) },
      outputs: { output: f32([[[18]]]), present_state: f32([[[6, 7]]]) },
    },
    {
      name: 'carries nothing for a kernel of one position',
      inputs: { input: f32([[[-1, 1]]]), weight: f32([[[1]]]) },
      attrs: { activation: 'silu' },
      outputs: { output: f32([[[-0.26894, 0.73106]]]), present_state: flat('float32', [1, 1, 0], []) },
    },
  ],
  symbolic: [
    {
      name: 'carries one position less than the kernel has',
      inputs: { input: 'float32[N,8,T]', weight: 'float32[8,1,4]' },
      outputs: ['float32[N,8,T]', 'float32[N,8,3]'],
    },
  ],
  random: (g) => {
    const [batch, channels, size] = [g.int(1, 2), g.int(1, 3), g.int(1, 4)]
    return {
      inputs: {
        input: g.tensor('float32', [batch, channels, g.int(1, 4)]),
        weight: g.tensor('float32', [channels, 1, size]),
        bias: g.bool() ? g.tensor('float32', [channels]) : undefined,
        past_state: g.bool() ? g.tensor('float32', [batch, channels, size - 1]) : undefined,
      },
      attrs: { activation: g.oneOf(['none', 'swish']) },
    }
  },
  invalid: [
    {
      name: 'a state of another length',
      inputs: { input, weight, past_state: f32([[[1, 2]]]) },
      code: 'SLP-O2',
      message: 'size 2 of past_state must be 1, got 2',
    },
  ],
})

const one = { q_num_heads: 1, kv_num_heads: 1, scale: { kind: 'float' as const, value: 1 } }
/** Three positions of one head of size 1. */
const steps = (...values: number[]) => flat('float32', [1, values.length, 1], values)
const half = Math.log(0.5)

opTest(linearAttention, {
  cases: [
    {
      name: 'adds up keys times values',
      inputs: { query: steps(1, 1, 2), key: steps(1, 2, 3), value: steps(1, 1, 1) },
      attrs: { ...one, update_rule: 'linear' },
      outputs: { output: steps(1, 3, 12), present_state: f32([[[[6]]]]) },
    },
    {
      name: 'forgets by the decay, from the past state on',
      inputs: {
        query: steps(1, 1),
        key: steps(1, 1),
        value: steps(1, 1),
        past_state: f32([[[[8]]]]),
        decay: steps(half, half),
      },
      attrs: { ...one, update_rule: 'gated' },
      outputs: { output: steps(5, 3.5), present_state: f32([[[[3.5]]]]) },
    },
    {
      name: 'stores only what is missing',
      inputs: { query: steps(1, 1), key: steps(1, 1), value: steps(4, 4), beta: steps(0.5, 1) },
      attrs: { ...one, update_rule: 'delta' },
      outputs: { output: steps(2, 4), present_state: f32([[[[4]]]]) },
    },
    {
      name: 'forgets before it corrects, in the type of the state',
      inputs: {
        query: steps(1),
        key: steps(1),
        value: steps(1),
        past_state: f16([[[[8]]]]),
        decay: steps(half),
        beta: steps(0.5),
      },
      attrs: one,
      outputs: { output: steps(2.5), present_state: f16([[[[2.5]]]]) },
    },
    {
      name: 'shares a state between query heads and scales by the head size',
      inputs: { query: f32([[[1, 0, 0, 0, 0, 1, 0, 0]]]), key: f32([[[2, 4, 0, 0]]]), value: f32([[[3]]]) },
      attrs: { q_num_heads: 2, kv_num_heads: 1, update_rule: 'linear' },
      outputs: { output: f32([[[3, 6]]]), present_state: flat('float32', [1, 1, 4, 1], [6, 12, 0, 0]) },
    },
  ],
  symbolic: [
    {
      name: 'unpacks heads',
      inputs: { query: 'float32[B,T,64]', key: 'float32[B,T,32]', value: 'float32[B,T,8]' },
      attrs: { q_num_heads: 8, kv_num_heads: 4, update_rule: 'linear' },
      outputs: ['float32[B,T,16]', 'float32[B,4,8,2]'],
    },
  ],
  random: (g) => {
    const [batch, length, heads, group, size, valueSize] = [
      g.int(1, 2),
      g.int(1, 3),
      g.int(1, 2),
      g.int(1, 2),
      g.int(1, 3),
      g.int(1, 3),
    ]
    const tensor = (width: number) => g.tensor('float32', [batch, length, width])
    return {
      inputs: {
        query: tensor(heads * group * size),
        key: tensor(heads * size),
        value: tensor(heads * valueSize),
        past_state: g.bool() ? g.tensor('float32', [batch, heads, size, valueSize]) : undefined,
        decay: flat(
          'float32',
          [batch, length, heads],
          Array.from({ length: batch * length * heads }, () => -g.int(0, 4) / 4),
        ),
        beta: tensor(g.oneOf([heads, 1])),
      },
      attrs: {
        q_num_heads: heads * group,
        kv_num_heads: heads,
        update_rule: g.oneOf(['linear', 'gated', 'delta', 'gated_delta']),
      },
    }
  },
  invalid: [
    {
      name: 'a rule without its decay',
      inputs: { query: steps(1), key: steps(1), value: steps(1) },
      attrs: one,
      code: 'SLP-O2',
      message: 'decay must be given for the rule gated_delta',
    },
    {
      name: 'query heads that key heads do not divide',
      inputs: { query: steps(1), key: steps(1), value: steps(1) },
      attrs: { q_num_heads: 1, kv_num_heads: 2 },
      code: 'SLP-O2',
      message: 'q_num_heads must be a positive multiple of kv_num_heads, got [1,2]',
    },
  ],
})
