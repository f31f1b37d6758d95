import { expect, it } from 'vitest'
import type { Dim } from '../../base/dim.ts'
import { symbol } from '../../base/dim.ts'
import { tensorType } from '../../base/value.ts'
import { causalConvWithState } from '../../ops/causal-conv-with-state.ts'
import { fusedConv } from '../../ops/contrib/fused-conv.ts'
import { conv } from '../../ops/conv.ts'
import { convTranspose } from '../../ops/conv-transpose.ts'
import { convGradW } from '../../ops/slipway/conv-grad-w.ts'
import { typedBuilder } from '../../ops/typed-builder.ts'
import { interpret } from '../../reference/interpret.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { gradientGraph } from '../vjp.ts'

const image = spread([2, 4, 7, 6])

gradTest(conv, [
  { name: 'bias', inputs: { X: image, W: spread([3, 4, 3, 2]), B: spread([3]) } },
  { name: 'one tap', inputs: { X: image, W: spread([3, 4, 1, 1]) } },
  { name: 'padding', inputs: { X: image, W: spread([2, 4, 3, 3]) }, attrs: { pads: [1, 0, 2, 3] } },
  {
    name: 'strides that leave elements over',
    inputs: { X: image, W: spread([2, 4, 2, 3]) },
    attrs: { strides: [2, 2] },
  },
  {
    name: 'strides beyond the window',
    inputs: { X: image, W: spread([2, 4, 1, 1]) },
    attrs: { strides: [3, 2] },
  },
  {
    name: 'dilations',
    inputs: { X: image, W: spread([2, 4, 2, 2]) },
    attrs: { dilations: [3, 2], pads: [0, 1, 1, 0] },
  },
  {
    name: 'groups',
    inputs: { X: image, W: spread([6, 2, 3, 3]), B: spread([6]) },
    attrs: { group: 2, pads: [1, 1, 1, 1] },
  },
  {
    name: 'a group per channel',
    inputs: { X: image, W: spread([4, 1, 3, 3]) },
    attrs: { group: 4, strides: [2, 1] },
  },
  ...(['SAME_UPPER', 'SAME_LOWER', 'VALID'] as const).map((auto_pad) => ({
    name: auto_pad,
    inputs: { X: image, W: spread([2, 4, 4, 3]) },
    attrs: { auto_pad, strides: [2, 1] },
  })),
  {
    name: 'lines',
    inputs: { X: spread([2, 3, 11]), W: spread([4, 3, 4]) },
    attrs: { strides: [3], pads: [2, 1] },
  },
  {
    name: 'volumes',
    inputs: { X: spread([1, 2, 4, 3, 5]), W: spread([2, 2, 2, 2, 3]), B: spread([2]) },
    attrs: { strides: [2, 1, 2], pads: [1, 0, 1, 0, 1, 1] },
  },
])

const small = spread([2, 4, 3, 4])

gradTest(convTranspose, [
  { name: 'bias', inputs: { X: small, W: spread([4, 2, 3, 2]), B: spread([2]) } },
  {
    name: 'strides and padding',
    inputs: { X: small, W: spread([4, 2, 3, 3]) },
    attrs: { strides: [2, 3], pads: [1, 0, 2, 1] },
  },
  {
    name: 'more output',
    inputs: { X: small, W: spread([4, 2, 2, 3]) },
    attrs: { strides: [2, 2], output_padding: [1, 1] },
  },
  {
    name: 'more output than a stride',
    inputs: { X: small, W: spread([4, 2, 2, 2]) },
    attrs: { dilations: [3, 2], output_padding: [2, 1] },
  },
  { name: 'groups', inputs: { X: small, W: spread([4, 3, 2, 2]) }, attrs: { group: 2 } },
  {
    name: 'an output shape',
    inputs: { X: small, W: spread([4, 2, 3, 3]) },
    attrs: { strides: [2, 2], output_shape: [6, 11] },
  },
  {
    name: 'SAME_UPPER',
    inputs: { X: small, W: spread([4, 2, 3, 3]) },
    attrs: { strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
  { name: 'SAME_LOWER', inputs: { X: small, W: spread([4, 2, 4, 2]) }, attrs: { auto_pad: 'SAME_LOWER' } },
  { name: 'lines', inputs: { X: spread([1, 3, 5]), W: spread([3, 2, 4]) }, attrs: { strides: [3] } },
  {
    name: 'volumes',
    inputs: { X: spread([1, 2, 2, 3, 2]), W: spread([2, 2, 2, 2, 3]) },
    attrs: { strides: [2, 1, 2] },
  },
])

gradTest(convGradW, [
  {
    name: 'strides, dilations, groups and padding',
    inputs: { X: image, dY: spread([2, 6, 3, 5]) },
    attrs: { group: 2, kernel_shape: [3, 2], strides: [3, 1], dilations: [1, 2], pads: [1, 1, 1, 0] },
  },
  {
    name: 'fewer windows than fit',
    inputs: { X: image, dY: spread([2, 3, 2, 3]) },
    attrs: { kernel_shape: [3, 2] },
  },
  {
    name: 'SAME_UPPER',
    inputs: { X: image, dY: spread([2, 3, 4, 3]) },
    attrs: { kernel_shape: [3, 2], strides: [2, 2], auto_pad: 'SAME_UPPER' },
  },
])

gradTest(causalConvWithState, [
  {
    name: 'bias, activation and state',
    inputs: {
      input: spread([2, 3, 5]),
      weight: spread([3, 1, 4]),
      bias: spread([3]),
      past_state: spread([2, 3, 3]),
    },
    attrs: { activation: 'silu' },
    outputs: 2,
  },
  { name: 'plain', inputs: { input: spread([2, 3, 5]), weight: spread([3, 1, 2]) } },
])

const same = { auto_pad: 'SAME_UPPER' }
for (const [name, op, weights, attrs] of [
  ['Conv with strides', 'Conv', [2, 4, 3, 3], { strides: [2, 3], pads: [1, 1, 0, 1] }],
  ['Conv with automatic padding', 'Conv', [2, 4, 3, 2], same],
  [
    'ConvTranspose',
    'ConvTranspose',
    [4, 2, 3, 3],
    { strides: [2, 3], output_padding: [1, 0], pads: [1, 1, 0, 1] },
  ],
  ['ConvTranspose with automatic padding', 'ConvTranspose', [4, 2, 3, 3], { ...same, strides: [2, 2] }],
  ['MaxPool', 'MaxPool', undefined, { kernel_shape: [3, 2], strides: [2, 2], ceil_mode: 1 }],
  [
    'AveragePool with padding',
    'AveragePool',
    undefined,
    { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] },
  ],
  ['AveragePool', 'AveragePool', undefined, { kernel_shape: [3, 2], strides: [2, 1] }],
  ['GlobalAveragePool', 'GlobalAveragePool', undefined, {}],
  ['GlobalMaxPool', 'GlobalMaxPool', undefined, {}],
] as const) {
  it(`the gradients of ${name} are the same for sizes that are not known`, () => {
    const [x, w] = [spread([2, 4, 9, 8]), weights && spread(weights)]
    const run = (shape: readonly Dim[]) => {
      const b = typedBuilder()
      const names = [b.input('x', tensorType('float64', shape))]
      if (w) names.push(b.input('w', tensorType('float64', w.shape)))
      const y = b.node(op, names, attrs)
      const sum = b.node('ReduceSumSquare', [y], { keepdims: 0 })
      const { graph, gradients } = gradientGraph(b.build([sum]), sum, names)
      const wanted = names.map((one) => gradients.get(one)!)
      const given = new Map([['x', x], ...(w ? [['w', w] as const] : [])])
      const results = interpret({ ...graph, outputs: wanted }, given)
      return wanted.map((one) => results.get(one))
    }
    const known = run(x.shape)
    expect(known[0]).toMatchObject({ shape: x.shape })
    expect(run([symbol('N'), 4, symbol('H'), symbol('W')])).toEqual(known)
  })
}

it('says which size must be known', () => {
  const b = typedBuilder()
  const x = b.input('x', tensorType('float64', [1, 2, symbol('H')]))
  const w = b.input('w', tensorType('float64', [1, 2, 3]))
  const sum = b.node('ReduceSum', [b.node('Conv', [x, w], { ...same, strides: [2] })], { keepdims: 0 })
  expect(() => gradientGraph(b.build([sum]), sum, [x])).toThrow('size of axis 2 of "x" must be known, got H')
})

gradTest(fusedConv, [
  {
    name: 'with a sum and a rectifier',
    inputs: {
      X: spread([2, 2, 5, 4]),
      W: spread([3, 2, 3, 3]),
      B: spread([3]),
      Z: spread([2, 3, 5, 4], { low: -20, high: 20 }),
    },
    attrs: { activation: 'Relu', pads: [1, 1, 1, 1] },
  },
])
