import type { Gen } from '../testing/gen.ts'
import { f32, flat, i32 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { gru } from './gru.ts'
import { lstm } from './lstm.ts'
import { rnn } from './rnn.ts'

const vector = (shape: number[], value = 1) => {
  const count = shape.reduce((a, b) => a * b, 1)
  return flat('float32', shape, new Array<number>(count).fill(value))
}
/** Two sequences of three steps with one feature. */
const X = flat('float32', [3, 2, 1], [1, 10, 2, 20, 3, 30])
const affine = (count: number) => ({
  activations: new Array<string>(count).fill('Affine'),
})

const random = (gates: number, states: readonly string[]) => (g: Gen) => {
  const [steps, batch, features, hidden] = [g.int(0, 4), g.int(1, 3), g.int(1, 3), g.int(1, 3)]
  const direction = g.oneOf(['forward', 'reverse', 'bidirectional'])
  const directions = direction === 'bidirectional' ? 2 : 1
  const layout = g.int(0, 1)
  const tensor = (...shape: number[]) => g.tensor('float32', shape)
  const state = layout ? [batch, directions, hidden] : [directions, batch, hidden]
  const lens = () =>
    flat(
      'int32',
      [batch],
      Array.from({ length: batch }, () => g.int(0, steps)),
    )
  return {
    inputs: {
      X: layout ? tensor(batch, steps, features) : tensor(steps, batch, features),
      W: tensor(directions, gates * hidden, features),
      R: tensor(directions, gates * hidden, hidden),
      B: g.bool() ? tensor(directions, 2 * gates * hidden) : undefined,
      sequence_lens: g.bool() ? lens() : undefined,
      ...Object.fromEntries(states.map((name) => [name, g.bool() ? tensor(...state) : undefined])),
    },
    attrs: { direction, layout },
  }
}

opTest(rnn, {
  cases: [
    {
      name: 'adds up each sequence up to its length',
      inputs: { X, W: vector([1, 1, 1]), R: vector([1, 1, 1]), sequence_lens: i32([3, 2]) },
      attrs: { hidden_size: 1, ...affine(1) },
      outputs: {
        Y: flat('float32', [3, 1, 2, 1], [1, 10, 3, 30, 6, 0]),
        Y_h: flat('float32', [1, 2, 1], [6, 30]),
      },
    },
    {
      name: 'reverses each sequence within its length',
      inputs: { X, W: vector([1, 1, 1]), R: vector([1, 1, 1]), sequence_lens: i32([3, 2]) },
      attrs: { direction: 'reverse', ...affine(1) },
      outputs: {
        Y: flat('float32', [3, 1, 2, 1], [6, 30, 5, 20, 3, 0]),
        Y_h: flat('float32', [1, 2, 1], [6, 30]),
      },
    },
    {
      name: 'runs both ways with the batch first',
      inputs: {
        X: flat('float32', [2, 3, 1], [1, 2, 3, 10, 20, 30]),
        W: vector([2, 1, 1]),
        R: vector([2, 1, 1]),
        B: f32([
          [0, 0],
          [0.5, 0.5],
        ]),
        initial_h: flat('float32', [2, 2, 1], [100, 0, 0, 1000]),
      },
      attrs: { direction: 'bidirectional', layout: 1, ...affine(2) },
      outputs: {
        Y: flat('float32', [2, 3, 2, 1], [101, 9, 103, 7, 106, 4, 10, 1063, 30, 1052, 60, 1031]),
        Y_h: flat('float32', [2, 2, 1], [106, 9, 60, 1063]),
      },
    },
    {
      name: 'gives alpha and beta to the functions that take them, and clips',
      inputs: { X, W: vector([2, 1, 1]), R: vector([2, 1, 1], 0) },
      attrs: {
        direction: 'bidirectional',
        activations: ['Relu', 'Affine'],
        activation_alpha: [2.5],
        activation_beta: [0.5],
        clip: 2.5,
      },
      outputs: {
        Y: flat('float32', [3, 2, 2, 1], [1, 2.5, 3, 6.75, 2, 2.5, 5.5, 6.75, 2.5, 2.5, 6.75, 6.75]),
      },
    },
  ],
  symbolic: [
    {
      name: 'names steps and batch',
      inputs: { X: 'float32[T,N,8]', W: 'float32[1,4,8]', R: 'float32[1,4,4]' },
      outputs: ['float32[T,1,N,4]', 'float32[1,N,4]'],
    },
  ],
  random: random(1, ['initial_h']),
  invalid: [
    {
      name: 'weights of another direction count',
      inputs: { X, W: vector([1, 1, 1]), R: vector([1, 1, 1]) },
      attrs: { direction: 'bidirectional' },
      code: 'SLP-O2',
      message: 'size 0 of W must be 2, got 1',
    },
    {
      name: 'a length beyond the steps',
      inputs: { X, W: vector([1, 1, 1]), R: vector([1, 1, 1]), sequence_lens: i32([4, 1]) },
      code: 'SLP-O4',
      message: 'sequence_lens must lie in [0, 3], got [4,1]',
    },
    {
      name: 'an unknown function',
      inputs: { X, W: vector([1, 1, 1]), R: vector([1, 1, 1]) },
      attrs: { activations: ['Gelu'] },
      code: 'SLP-O2',
      message: 'activations must be among Relu',
    },
  ],
})

// Gates set by their biases: update 1/2, reset 1/4, candidate = input + …
const gruInputs = {
  X: flat('float32', [1, 1, 1], [8]),
  W: f32([[[0], [0], [1]]]),
  R: f32([[[0], [0], [2]]]),
  B: f32([[0.5, 0.25, 0, 0, 0, 4]]),
  initial_h: flat('float32', [1, 1, 1], [16]),
}
opTest(gru, {
  cases: [
    {
      name: 'resets the state before the matrix',
      inputs: gruInputs,
      attrs: affine(2),
      // candidate 8 + 2 * (16 / 4) + 4 = 20
      outputs: { Y: flat('float32', [1, 1, 1, 1], [18]), Y_h: flat('float32', [1, 1, 1], [18]) },
    },
    {
      name: 'resets after the matrix and the bias with linear_before_reset',
      inputs: gruInputs,
      attrs: { ...affine(2), linear_before_reset: 1 },
      // candidate 8 + (2 * 16 + 4) / 4 = 17
      outputs: { Y: flat('float32', [1, 1, 1, 1], [16.5]) },
    },
  ],
  symbolic: [
    {
      name: 'puts the batch first',
      inputs: { X: 'float32[N,T,8]', W: 'float32[2,12,8]', R: 'float32[2,12,4]' },
      attrs: { layout: 1, direction: 'bidirectional' },
      outputs: ['float32[N,T,2,4]', 'float32[N,2,4]'],
    },
  ],
  random: random(3, ['initial_h']),
  invalid: [
    {
      name: 'too few functions',
      inputs: { X, W: vector([1, 3, 1]), R: vector([1, 3, 1]) },
      attrs: { activations: ['Tanh'] },
      code: 'SLP-O2',
      message: 'activations must have 2 entries',
    },
  ],
})

const lstmInputs = {
  X: flat('float32', [1, 1, 1], [8]),
  W: f32([[[0], [0], [0], [1]]]),
  R: f32([[[0], [0], [0], [1]]]),
  B: f32([[0.5, 2, 0.25, 0, 0, 0, 0, 0]]),
  initial_h: flat('float32', [1, 1, 1], [2]),
  initial_c: flat('float32', [1, 1, 1], [4]),
}
opTest(lstm, {
  cases: [
    {
      name: 'mixes the old and the new cell',
      inputs: lstmInputs,
      attrs: affine(3),
      // cell 4 / 4 + 10 / 2 = 6, hidden 2 * 6
      outputs: {
        Y: flat('float32', [1, 1, 1, 1], [12]),
        Y_h: flat('float32', [1, 1, 1], [12]),
        Y_c: flat('float32', [1, 1, 1], [6]),
      },
    },
    {
      name: 'couples the forget gate to the input gate',
      inputs: lstmInputs,
      attrs: { ...affine(3), input_forget: 1 },
      outputs: { Y: flat('float32', [1, 1, 1, 1], [14]), Y_c: flat('float32', [1, 1, 1], [7]) },
    },
    {
      name: 'looks at the cell through peepholes',
      inputs: { ...lstmInputs, P: f32([[0.25, 1, -0.0625]]) },
      attrs: affine(3),
      // input 1.5, forget 0, cell 15, output 2 + 15
      outputs: { Y: flat('float32', [1, 1, 1, 1], [255]), Y_c: flat('float32', [1, 1, 1], [15]) },
    },
  ],
  symbolic: [
    {
      name: 'takes the hidden size from R',
      inputs: { X: 'float32[*]', W: 'float32[1,16,8]', R: 'float32[1,16,4]' },
      outputs: [
        'float32[node.steps,1,node.batch1,4]',
        'float32[1,node.batch1,4]',
        'float32[1,node.batch1,4]',
      ],
    },
  ],
  random: random(4, ['initial_h', 'initial_c']),
  invalid: [
    {
      name: 'a hidden size that R contradicts',
      inputs: { X, W: vector([1, 4, 1]), R: vector([1, 4, 1]) },
      attrs: { hidden_size: 2 },
      code: 'SLP-O2',
      message: 'size 2 of R must be 2, got 1',
    },
  ],
})
