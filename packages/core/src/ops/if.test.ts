import { describe, expect, it } from 'vitest'
import { tensorType, typeText } from '../base/value.ts'
import { graphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { interpret } from '../reference/interpret.ts'
import { bool, f32, i64 } from '../testing/literals.ts'
import { opTest, parseTensorType } from '../testing/op-test.ts'
import { ifOp } from './if.ts'
import { inferGraph } from './infer-graph.ts'

function constantBranch(value: ReturnType<typeof f32>): Graph {
  const b = graphBuilder()
  return b.build([b.node('Constant', [], { value })])
}

/** A branch with one node over values of the graph around it. */
function branch(op: string, captured: readonly string[]): Graph {
  const b = graphBuilder({ prefix: `${op}.` })
  return b.build([b.node(op, captured)])
}

const attrs = { then_branch: constantBranch(f32([1])), else_branch: constantBranch(f32([2, 3])) }

opTest(ifOp, {
  cases: [
    { name: 'then', inputs: { cond: bool(true) }, attrs, outputs: { outputs: [f32([1])] } },
    { name: 'else', inputs: { cond: bool([false]) }, attrs, outputs: { outputs: [f32([2, 3])] } },
  ],
  symbolic: [
    {
      name: 'sizes that differ are fresh',
      inputs: { cond: 'bool[]' },
      attrs,
      outputs: ['float32[node.size]'],
    },
    { name: 'a known condition decides', inputs: { cond: bool(false) }, attrs, outputs: ['float32[2]'] },
    {
      name: 'ranks that differ are unknown',
      inputs: { cond: 'bool[]' },
      attrs: { ...attrs, else_branch: constantBranch(f32(1)) },
      outputs: ['float32[*]'],
    },
  ],
  invalid: [
    {
      name: 'a branch without the output',
      inputs: { cond: bool(true) },
      attrs: { ...attrs, else_branch: graphBuilder().build([]) },
      code: 'SLP-O2',
      message: 'a branch must have 1 outputs, got 0',
    },
  ],
})

describe('If over captured values', () => {
  function build(then: Graph, otherwise: Graph, type = 'float32[1,N]') {
    const b = graphBuilder()
    b.input('cond', tensorType('bool', []))
    b.input('x', parseTensorType(type))
    return b.build(
      b.nodes(
        'If',
        ['cond'],
        { then_branch: then, else_branch: otherwise },
        { outputs: ['y'], name: 'choice' },
      ),
    )
  }
  const typeOf = (graph: Graph) => typeText(inferGraph(graph).facts.get('y')!.type)

  it('reads values around it', () => {
    const graph = build(branch('Relu', ['x']), branch('Identity', ['x']))
    const run = (cond: boolean) =>
      interpret(
        graph,
        new Map([
          ['cond', bool(cond)],
          ['x', f32([[-1]])],
        ]),
      ).get('y')
    expect(run(true)).toEqual(f32([[0]]))
    expect(run(false)).toEqual(f32([[-1]]))
    expect(typeOf(graph)).toBe('float32[1,N]')
  })

  it('takes the other branch for one that can never run', () => {
    expect(typeOf(build(branch('Transpose', ['x']), branch('Concat', ['x'])))).toBe('float32[N,1]')
  })

  it('refuses where both branches refuse', () => {
    expect(() => typeOf(build(branch('Concat', ['x']), branch('Concat', ['x'])))).toThrow('SLP-O1')
  })

  it('refuses element types that differ', () => {
    expect(() => typeOf(build(branch('Shape', ['x']), branch('Identity', ['x'])))).toThrow(
      'both branches must give the same types, got "int64[2] and float32[1,N]"',
    )
  })

  it('does not take equal names of two branches for one size', () => {
    const body = () => {
      const b = graphBuilder()
      return b.build([b.node('ConstantOfShape', ['shape'], {}, { name: 'same' })])
    }
    const b = graphBuilder()
    b.input('cond', tensorType('bool', []))
    b.input('shape', tensorType('int64', [1]))
    const graph = b.build(
      b.nodes(
        'If',
        ['cond'],
        { then_branch: body(), else_branch: body() },
        { outputs: ['y'], name: 'choice' },
      ),
    )
    expect(typeOf(graph)).toBe('float32[choice.size]')
  })

  it('keeps tracked elements that both branches agree on', () => {
    const shapeOf = (name: string) => branch('Shape', [name])
    const b = graphBuilder()
    b.input('cond', tensorType('bool', []))
    b.input('x', parseTensorType('float32[N,3]'))
    const [sizes] = b.nodes(
      'If',
      ['cond'],
      { then_branch: shapeOf('x'), else_branch: shapeOf('x') },
      { outputs: 1, name: 'choice' },
    )
    const graph = b.build([b.node('ConstantOfShape', [sizes], { value: i64([0]) }, { outputs: ['y'] })])
    expect(typeOf(graph)).toBe('int64[N,3]')
  })
})
