import { f32, flat } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { groupNormalization } from './group-normalization.ts'
import { layerNormalization } from './layer-normalization.ts'
import { meanVarianceNormalization } from './mean-variance-normalization.ts'
import { rmsNormalization } from './rms-normalization.ts'

const epsilon = { kind: 'float' as const, value: 0 }
const rows = f32([
  [1, 3],
  [0, 4],
])

opTest(layerNormalization, {
  cases: [
    {
      name: 'standardises rows and reports their statistics',
      inputs: { X: rows, Scale: f32([1, 2]), B: f32([0, 1]) },
      attrs: { epsilon },
      outputs: {
        Y: f32([
          [-1, 3],
          [-1, 3],
        ]),
        Mean: f32([[2], [2]]),
        InvStdDev: f32([[1], [0.5]]),
      },
    },
    {
      name: 'takes several axes and a scale of one element',
      inputs: { X: rows, Scale: f32([2]) },
      attrs: { epsilon: { kind: 'float', value: 1.5 }, axis: 0 },
      outputs: {
        Y: f32([
          [-1, 1],
          [-2, 2],
        ]),
        Mean: f32([[2]]),
      },
    },
  ],
  symbolic: [
    {
      name: 'leaves ones in the statistics',
      inputs: { X: 'float16[N,T,8]', Scale: 'float16[8]' },
      attrs: { axis: -2 },
      outputs: ['float16[N,T,8]', 'float32[N,1,1]'],
    },
  ],
  random: (g) => {
    const shape = g.shape({ rank: [1, 4], empty: false })
    const axis = g.int(-shape.length, shape.length - 1)
    const normalized = shape.slice(axis)
    return {
      inputs: {
        X: g.tensor('float32', shape),
        Scale: g.tensor('float32', normalized),
        B: g.bool() ? g.tensor('float32', normalized) : undefined,
      },
      attrs: { axis, epsilon: 0.01 },
    }
  },
  invalid: [
    {
      name: 'a scale that does not broadcast',
      inputs: { X: rows, Scale: f32([1, 2, 3]) },
      code: 'SLP-O2',
      message: 'Scale must broadcast to [2,2], got "[3]"',
    },
    {
      name: 'an integer stash type',
      inputs: { X: rows, Scale: f32([1]) },
      attrs: { stash_type: 7 },
      code: 'SLP-O1',
      message: 'attribute stash_type: it must be the code of a float type, got int64',
    },
  ],
})

opTest(rmsNormalization, {
  cases: [
    {
      name: 'divides by the root mean square',
      inputs: { X: f32([[3, 4]]), scale: f32([1, 2]) },
      attrs: { epsilon: { kind: 'float', value: 12.5 } },
      outputs: { Y: f32([[0.6, 1.6]]) },
    },
  ],
  symbolic: [
    {
      name: 'takes the type of the scale',
      inputs: { X: 'float16[N,8]', scale: 'float32[8]' },
      outputs: ['float32[N,8]'],
    },
  ],
  random: (g) => {
    const shape = g.shape({ rank: [1, 4], empty: false })
    const axis = g.int(-shape.length, shape.length - 1)
    return {
      inputs: { X: g.tensor('float32', shape), scale: g.tensor('float32', shape.slice(axis)) },
      attrs: { axis, epsilon: 0.01 },
    }
  },
  invalid: [
    {
      name: 'axis 2',
      inputs: { X: rows, scale: f32([1]) },
      attrs: { axis: 2 },
      code: 'SLP-O2',
      message: '[-2, 1], got 2',
    },
  ],
})

opTest(groupNormalization, {
  cases: [
    {
      name: 'standardises groups of channels',
      inputs: {
        X: flat('float32', [1, 4, 1], [1, 3, 0, 4]),
        scale: f32([1, 2, 1, 2]),
        bias: f32([0, 1, 0, 1]),
      },
      attrs: { num_groups: 2, epsilon },
      outputs: { Y: flat('float32', [1, 4, 1], [-1, 3, -1, 3]) },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { X: 'float32[N,4,H,W]', scale: 'float32[4]', bias: 'float32[4]' },
      attrs: { num_groups: 2 },
      outputs: ['float32[N,4,H,W]'],
    },
  ],
  random: (g) => {
    const [groups, size] = [g.int(1, 3), g.int(1, 3)]
    const channels = groups * size
    const vector = () => g.tensor('float32', [channels])
    const X = g.tensor('float32', [g.int(1, 3), channels, ...g.shape({ rank: [0, 2], empty: false })])
    return { inputs: { X, scale: vector(), bias: vector() }, attrs: { num_groups: groups, epsilon: 0.01 } }
  },
  invalid: [
    {
      name: 'groups that do not divide the channels',
      inputs: { X: f32([[1, 2, 3]]), scale: f32([1, 1, 1]), bias: f32([0, 0, 0]) },
      attrs: { num_groups: 2 },
      code: 'SLP-O2',
      message: 'must divide by num_groups 2, got 3',
    },
  ],
})

opTest(meanVarianceNormalization, {
  cases: [
    {
      name: 'standardises over axes 0, 2 and 3 unless told otherwise',
      inputs: { X: flat('float32', [2, 2, 1, 1], [1, 0, 3, 4]) },
      outputs: { Y: flat('float32', [2, 2, 1, 1], [-1, -1, 1, 1]) },
    },
    {
      name: 'gives 0 where nothing varies',
      inputs: { X: f32([[5, 5]]) },
      attrs: { axes: [-1] },
      outputs: { Y: f32([[0, 0]]) },
    },
  ],
  symbolic: [
    {
      name: 'keeps the shape',
      inputs: { X: 'float32[N,C]' },
      attrs: { axes: [1] },
      outputs: ['float32[N,C]'],
    },
  ],
  random: (g) => ({
    inputs: { X: g.tensor('float32', [g.int(2, 4), g.int(2, 4), g.int(2, 4)]) },
    attrs: { axes: g.oneOf([[0], [0, 2], [1, -1], [0, 1, 2]]) },
  }),
  invalid: [
    {
      name: 'an axis outside the rank',
      inputs: { X: f32([1]) },
      code: 'SLP-O2',
      message: '[-1, 0], got 2',
    },
  ],
})
