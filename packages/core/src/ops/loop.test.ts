import { describe, expect, it } from 'vitest'
import { defaultLimits } from '../base/limits.ts'
import { tensorType, typeText, type Value } from '../base/value.ts'
import { type GraphBuilder, graphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { type InterpretOptions, interpret } from '../reference/interpret.ts'
import { bool, f32, flat, i64 } from '../testing/literals.ts'
import { opTest, parseTensorType } from '../testing/op-test.ts'
import { inferGraph } from './infer-graph.ts'
import { loop } from './loop.ts'

/** A body with the state `x`; `make` gives the next state and the slices. */
function body(
  make: (b: GraphBuilder) => readonly string[],
  { cond = 'cond', type = 'float32[*]' }: { cond?: string; type?: string } = {},
): Graph {
  const b = graphBuilder({ prefix: 'body.' })
  b.input('i', tensorType('int64', []))
  b.input('cond', tensorType('bool', []))
  b.input('x', parseTensorType(type))
  const outputs = make(b)
  return b.build([cond, ...outputs])
}

const doubling = body((b) => [b.node('Add', ['x', 'x']), 'x'])
const growing = body((b) => [b.node('Concat', ['x', 'x'], { axis: 0 })])
const counting = body(() => ['x', 'i'])
const stopping = body((b) => [b.node('Add', ['x', 'x']), 'x'], { cond: 'never' })

function stopAtOnce(): Graph {
  return { ...stopping, constants: new Map([...stopping.constants, ['never', bool(false)]]) }
}

opTest(loop, {
  everyDType: false, // the bodies add, which not every type can
  cases: [
    {
      name: 'counts',
      inputs: { M: i64(3), v_initial: [f32([1])] },
      attrs: { body: doubling },
      outputs: { v_final_and_scan_outputs: [f32([8]), f32([[1], [2], [4]])] },
    },
    {
      name: 'stops by its condition',
      inputs: { M: i64([9]), cond: bool(true), v_initial: [f32([1])] },
      attrs: { body: stopAtOnce() },
      outputs: { v_final_and_scan_outputs: [f32([2]), f32([[1]])] },
    },
    {
      name: 'ignores the condition without cond',
      inputs: { M: i64(2), v_initial: [f32([1])] },
      attrs: { body: stopAtOnce() },
      outputs: { v_final_and_scan_outputs: [f32([4]), f32([[1], [2]])] },
    },
    {
      name: 'does not start',
      inputs: { M: i64(5), cond: bool(false), v_initial: [f32([1])] },
      attrs: { body: doubling },
      outputs: { v_final_and_scan_outputs: [f32([1]), flat('float32', [0, 1], [])] },
    },
    {
      name: 'does not start, slices not listed',
      inputs: { M: i64(0), v_initial: [f32([1])] },
      attrs: { body: doubling },
      outputs: { v_final_and_scan_outputs: [f32([1])] },
    },
    {
      name: 'numbers its iterations',
      inputs: { M: i64(3), cond: bool(true), v_initial: [f32(0)] },
      attrs: { body: counting },
      outputs: { v_final_and_scan_outputs: [f32(0), i64([0, 1, 2])] },
    },
    {
      name: 'state that grows',
      inputs: { M: i64(2), v_initial: [f32([1])] },
      attrs: { body: growing },
      outputs: { v_final_and_scan_outputs: [f32([1, 1, 1, 1])] },
    },
  ],
  symbolic: [
    {
      name: 'sizes that stay',
      inputs: { M: i64(3), v_initial: ['float32[N,2]'] },
      attrs: { body: doubling },
      outputs: ['float32[N,2]', 'float32[3,N,2]'],
    },
    {
      name: 'a true condition that stays',
      inputs: { M: i64(-3), cond: bool(true), v_initial: ['float32[N]'] },
      attrs: { body: doubling },
      outputs: ['float32[N]', 'float32[0,N]'],
    },
    {
      name: 'an unknown trip count',
      inputs: { M: 'int64[]', v_initial: ['float32[N]'] },
      attrs: { body: doubling },
      outputs: ['float32[N]', 'float32[node.trips,N]'],
    },
    {
      name: 'sizes that grow',
      inputs: { M: i64(3), v_initial: ['float32[N,2]'] },
      attrs: { body: growing },
      outputs: ['float32[node.final11,2]'],
    },
    {
      name: 'ranks that grow',
      inputs: { M: i64(3), v_initial: ['float32[N,2]'] },
      attrs: { body: body((b) => [b.node('Unsqueeze', ['x', b.literal('int64', [0])]), 'x']) },
      outputs: ['float32[*]', 'float32[*]'],
    },
  ],
  invalid: [
    {
      name: 'state that changes its type',
      inputs: { M: i64(1), v_initial: [f32([1])] },
      attrs: { body: body((b) => [b.node('Shape', ['x'])]) },
      code: 'SLP-O2',
      message: 'the body must keep the type of its state, float32[1], got "int64[1]"',
    },
    {
      name: 'a body with too few inputs',
      inputs: { M: i64(1), v_initial: [f32(1), f32(1)] },
      attrs: { body: doubling },
      code: 'SLP-O2',
      message: 'body must have 4 inputs (iteration, condition, state), got 3',
    },
  ],
})

describe('Loop', () => {
  it('refuses slices whose sizes differ', () => {
    const b = graphBuilder()
    const growingSlices = body((inner) => [inner.node('Concat', ['x', 'x'], { axis: 0 }), 'x'])
    b.input('x0', tensorType('float32', [1]))
    const inputs = [b.constant(i64(2)), undefined, 'x0']
    const graph = b.build(b.nodes('Loop', inputs, { body: growingSlices }, { outputs: ['y', 'ys'] }))
    expect(() => interpret(graph, new Map([['x0', f32([1])]]))).toThrow(
      /SLP-O4.*all tensors must have the shape \[1,1\] outside axis 0, got \[1,2\]/,
    )
  })

  function run(options: InterpretOptions, inputs: ReadonlyMap<string, Value> = new Map([['x0', f32([1])]])) {
    const b = graphBuilder()
    b.input('x0', tensorType('float32', [1]))
    const graph = b.build(
      b.nodes('Loop', [undefined, undefined, 'x0'], { body: doubling }, { outputs: ['y', 'ys'] }),
    )
    return interpret(graph, inputs, options)
  }

  it('ends at the limit of iterations', () => {
    expect(() => run({ limits: { ...defaultLimits, loopIterations: 5 } })).toThrow(
      /SLP-L3.*at most 5 iterations/,
    )
  })

  it('can be cancelled', () => {
    let calls = 0
    const checkCancelled = () => {
      if (++calls > 10) throw new Error('cancelled')
    }
    expect(() => run({ checkCancelled })).toThrow('cancelled')
  })

  it('takes the trip count from a size', () => {
    const b = graphBuilder()
    b.input('x0', parseTensorType('float32[N,3]'))
    const rows = b.node('Gather', [b.node('Shape', ['x0']), b.literal('int64', 0)])
    const graph = b.build(
      b.nodes('Loop', [rows, undefined, 'x0'], { body: doubling }, { outputs: ['y', 'ys'] }),
    )
    expect(typeText(inferGraph(graph).facts.get('ys')!.type)).toBe('float32[N,N,3]')
  })
})
