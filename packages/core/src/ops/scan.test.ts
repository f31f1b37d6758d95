import { tensorType } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import { f32, flat } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { scan } from './scan.ts'

/** Running sums: the state and each slice are `state + element`. */
function sums() {
  const b = graphBuilder({ prefix: 'body.' })
  b.input('state', tensorType('float32'))
  b.input('element', tensorType('float32'))
  const next = b.node('Add', ['state', 'element'])
  return b.build([next, b.node('Identity', [next])])
}

/** Passes each slice on. */
function copies() {
  const b = graphBuilder({ prefix: 'body.' })
  b.input('element', tensorType('float32'))
  return b.build([b.node('Identity', ['element'])])
}

const x = f32([
  [1, 2],
  [3, 4],
  [5, 6],
])
const call = (initial: ReturnType<typeof f32>, sequence = x) => ({
  initial_state_and_scan_inputs: [initial, sequence],
})
const zero = f32([0, 0])

opTest(scan, {
  everyDType: false, // the bodies add, which not every type can
  cases: [
    {
      name: 'forward',
      inputs: call(zero),
      attrs: { body: sums(), num_scan_inputs: 1 },
      outputs: {
        final_state_and_scan_outputs: [
          f32([9, 12]),
          f32([
            [1, 2],
            [4, 6],
            [9, 12],
          ]),
        ],
      },
    },
    {
      name: 'backward in and out',
      inputs: call(zero),
      attrs: { body: sums(), num_scan_inputs: 1, scan_input_directions: [1], scan_output_directions: [1] },
      outputs: {
        final_state_and_scan_outputs: [
          f32([9, 12]),
          f32([
            [9, 12],
            [8, 10],
            [5, 6],
          ]),
        ],
      },
    },
    {
      name: 'other axes',
      inputs: call(f32([0, 0, 0])),
      attrs: { body: sums(), num_scan_inputs: 1, scan_input_axes: [-1], scan_output_axes: [1] },
      outputs: {
        final_state_and_scan_outputs: [
          f32([3, 7, 11]),
          f32([
            [1, 3],
            [3, 7],
            [5, 11],
          ]),
        ],
      },
    },
    {
      name: 'no state',
      inputs: { initial_state_and_scan_inputs: [x] },
      attrs: { body: copies(), num_scan_inputs: 1 },
      outputs: { final_state_and_scan_outputs: [x] },
    },
    {
      name: 'no iteration',
      inputs: call(zero, flat('float32', [0, 2], [])),
      attrs: { body: sums(), num_scan_inputs: 1 },
      outputs: { final_state_and_scan_outputs: [zero, flat('float32', [0, 2], [])] },
    },
  ],
  symbolic: [
    {
      name: 'names',
      inputs: { initial_state_and_scan_inputs: ['float32[B]', 'float32[B,T]'] },
      attrs: { body: sums(), num_scan_inputs: 1, scan_input_axes: [1], scan_output_axes: [-1] },
      outputs: ['float32[B]', 'float32[B,T]'],
    },
    {
      name: 'an unknown rank',
      inputs: { initial_state_and_scan_inputs: ['float32[B]', 'float32[*]'] },
      attrs: { body: sums(), num_scan_inputs: 1 },
      outputs: ['float32[*]', 'float32[*]'],
    },
  ],
  invalid: [
    {
      name: 'more scan inputs than inputs',
      inputs: call(zero),
      attrs: { body: sums(), num_scan_inputs: 3 },
      code: 'SLP-O2',
      message: 'num_scan_inputs must lie in [1, 2], the number of inputs, got 3',
    },
    {
      name: 'lengths that differ',
      inputs: call(zero),
      attrs: { body: sums(), num_scan_inputs: 2 },
      code: 'SLP-O2',
      message: 'all scan inputs must have the same size along their scan axes, got [2,3]',
    },
    {
      name: 'another direction',
      inputs: call(zero),
      attrs: { body: sums(), num_scan_inputs: 1, scan_input_directions: [2] },
      code: 'SLP-O2',
      message: 'scan_input_directions must be 1 times 0 or 1, got [2]',
    },
  ],
})
