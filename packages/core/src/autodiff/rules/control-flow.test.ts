import { expect, it } from 'vitest'
import { tensor } from '../../base/tensor.ts'
import { type GraphBuilder, graphBuilder } from '../../ir/builder.ts'
import type { Graph } from '../../ir/graph.ts'
import { ifOp } from '../../ops/if.ts'
import { loop } from '../../ops/loop.ts'
import { scan } from '../../ops/scan.ts'
import { gradTest, spread } from '../../testing/grad-test.ts'
import { gradcheck } from '../gradcheck.ts'

/** A body without types of its own, so that it is good for all of them. */
function body(inputs: readonly string[], make: (b: GraphBuilder) => readonly string[], name = 'body'): Graph {
  const b = graphBuilder({ name, prefix: `${name}/` })
  for (const input of inputs) b.input(input, { kind: 'tensor', dtype: 'float32' })
  return { ...b.build(make(b)), types: new Map() }
}

const bool = (value: boolean) => tensor('bool', [], Uint8Array.of(value ? 1 : 0))
const int = (value: number) => tensor('int64', [], BigInt64Array.of(BigInt(value)))

const branches = {
  then_branch: body([], (b) => [b.node('Mul', [b.node('Sin', ['a']), 'c'])], 'then'),
  else_branch: body([], (b) => [b.node('Exp', ['c'])], 'else'),
}
const around = { a: spread([3]), c: spread([2, 3]) }
gradTest(ifOp, [
  { name: 'the first branch', inputs: { cond: bool(true) }, attrs: branches, captured: around },
  {
    name: 'the second branch, which does not read all',
    inputs: { cond: bool(false) },
    attrs: branches,
    captured: around,
  },
  {
    name: 'branches that give what is around them, and bodies in bodies',
    inputs: { cond: bool(true) },
    attrs: {
      then_branch: body(
        [],
        (b) => [
          'a',
          b.node('If', [b.node('IsNaN', [b.node('ReduceMax', ['c'], { keepdims: 0 })])], branches),
        ],
        'outer',
      ),
      else_branch: body([], (b) => [b.node('Tanh', ['a']), 'c'], 'other'),
    },
    captured: around,
    outputs: 2,
  },
])

/** s' = tanh(s w + x), and what is stacked is s' x. */
const recurrence = body(['s', 'x'], (b) => {
  const next = b.node('Tanh', [b.node('Add', [b.node('Mul', ['s', 'w']), 'x'])])
  return [next, b.node('Mul', [next, 'x'])]
})
const sequence = [spread([3]), spread([4, 3])]
const w = { w: spread([3]) }
gradTest(scan, [
  {
    name: 'the state and what is stacked',
    inputs: { initial_state_and_scan_inputs: sequence },
    attrs: { body: recurrence, num_scan_inputs: 1 },
    captured: w,
    outputs: 2,
  },
  {
    name: 'the last state alone',
    inputs: { initial_state_and_scan_inputs: sequence },
    attrs: { body: recurrence, num_scan_inputs: 1 },
    captured: w,
  },
  {
    name: 'backward and along other axes',
    inputs: { initial_state_and_scan_inputs: [spread([3]), spread([3, 4])] },
    attrs: {
      body: recurrence,
      num_scan_inputs: 1,
      scan_input_axes: [-1],
      scan_input_directions: [1],
      scan_output_axes: [1],
      scan_output_directions: [1],
    },
    captured: w,
    outputs: 2,
  },
  {
    name: 'no state',
    inputs: { initial_state_and_scan_inputs: [spread([4, 3])] },
    attrs: { body: body(['x'], (b) => [b.node('Mul', [b.node('Sin', ['x']), 'w'])]), num_scan_inputs: 1 },
    captured: w,
  },
])

/** s' = s w, and what is stacked is sin(s). */
const product = body(['i', 'go', 's'], (b) => [
  b.node('Identity', ['go']),
  b.node('Mul', ['s', 'w']),
  b.node('Sin', ['s']),
])
gradTest(loop, [
  {
    name: 'a fixed number of times',
    inputs: { M: int(3), v_initial: [spread([3])] },
    attrs: { body: product },
    captured: w,
    outputs: 2,
  },
  {
    name: 'no time at all',
    inputs: { M: int(0), v_initial: [spread([3])] },
    attrs: { body: product },
    captured: w,
  },
  {
    name: 'with a state that nothing reaches, and a loop inside',
    inputs: { M: int(2), cond: bool(true), v_initial: [spread([3]), spread([2])] },
    attrs: {
      body: body(
        ['j', 'on', 'p', 'q'],
        (b) => [
          b.node('Identity', ['on']),
          b.node('Loop', [b.node('Add', ['j', b.literal('int64', 1)]), undefined, 'p'], { body: product }),
          b.node('Identity', ['q']),
        ],
        'outer',
      ),
    },
    captured: w,
    outputs: 2,
  },
])

it('goes back through the branch that ran, where that is not known before', () => {
  const b = graphBuilder()
  const cond = b.input('cond', { kind: 'tensor', dtype: 'bool', shape: [] })
  for (const [name, { shape }] of Object.entries(around))
    b.input(name, { kind: 'tensor', dtype: 'float64', shape })
  const graph = b.build([b.node('If', [cond], branches)])
  for (const value of [true, false]) {
    const inputs = new Map(Object.entries({ cond: bool(value), ...around }))
    expect(gradcheck(graph, inputs)).toMatchObject({ ok: true, checked: 9 })
  }
})

it('goes back as often as the condition let the loop run', () => {
  const b = graphBuilder()
  const x = b.input('x', { kind: 'tensor', dtype: 'float64', shape: [] })
  const growing = body(['i', 'go', 's'], (inner) => {
    const next = inner.node('Mul', ['s', x])
    return [inner.node('Less', [next, inner.literal('float64', 50)]), next]
  })
  const y = b.node('Loop', [undefined, b.constant(bool(true)), x], { body: growing })
  const value = tensor('float64', [], Float64Array.of(2.1))
  expect(gradcheck(b.build([y]), new Map([['x', value]]))).toMatchObject({ ok: true, checked: 1 })
})
