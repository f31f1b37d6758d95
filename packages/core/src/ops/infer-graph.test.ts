import { describe, expect, it } from 'vitest'
import { tensorType, typeText } from '../base/value.ts'
import { type GraphBuilder, graphBuilder } from '../ir/builder.ts'
import type { Graph } from '../ir/graph.ts'
import { foldNode } from '../reference/fold.ts'
import { bool, f32, i64 } from '../testing/literals.ts'
import { parseTensorType } from '../testing/op-test.ts'
import { inferGraph } from './infer-graph.ts'

type Inputs = Readonly<Record<string, string>>

function graphOf(inputs: Inputs, make: (b: GraphBuilder) => string): Graph {
  const b = graphBuilder()
  for (const [name, type] of Object.entries(inputs)) b.input(name, parseTensorType(type))
  return b.build([make(b)])
}

function typeOf(inputs: Inputs, make: (b: GraphBuilder) => string): string {
  const graph = graphOf(inputs, make)
  return typeText(inferGraph(graph).facts.get(graph.outputs[0]!)!.type)
}

const ints = (b: GraphBuilder, ...list: number[]) => b.literal('int64', list)

/** One size of a value as a vector: Shape → Gather → Unsqueeze, as exporters write it. */
function sizeOf(b: GraphBuilder, value: string, axis: number): string {
  const scalar = b.node('Gather', [b.node('Shape', [value]), b.literal('int64', axis)])
  return b.node('Unsqueeze', [scalar, ints(b, 0)])
}

const join = (b: GraphBuilder, ...parts: string[]) => b.node('Concat', parts, { axis: 0 })

describe('shapes that follow from shapes', () => {
  const cases: readonly {
    readonly name: string
    readonly inputs: Inputs
    readonly make: (b: GraphBuilder) => string
    readonly type: string
  }[] = [
    {
      name: 'Concat adds sizes',
      inputs: { x: 'float32[N,3]', y: 'float32[5,3]' },
      make: (b) => b.node('Concat', ['x', 'y'], { axis: 0 }),
      type: 'float32[N+5,3]',
    },
    {
      name: 'Shape, Gather, Unsqueeze, Concat and Reshape fold',
      inputs: { x: 'float32[N,T,12,H]' },
      make: (b) => b.node('Reshape', ['x', join(b, sizeOf(b, 'x', 0), sizeOf(b, 'x', -3), ints(b, -1))]),
      type: 'float32[N,T,12*H]',
    },
    {
      name: 'Slice and Squeeze pass sizes on',
      inputs: { x: 'float32[N,T,8]' },
      make: (b) => {
        const last = b.node('Slice', [b.node('Shape', ['x']), ints(b, -2), ints(b, 9)])
        const [t, c] = b.nodes('Split', [last], { axis: 0 }, { outputs: 2 })
        const scalar = b.node('Squeeze', [t])
        return b.node('Reshape', ['x', join(b, ints(b, -1), b.node('Reshape', [scalar, ints(b, 1)]), c!)])
      },
      type: 'float32[N,T,8]',
    },
    {
      name: 'Size, ConstantOfShape, Tile and Expand make sizes',
      inputs: { x: 'float32[N,4]' },
      make: (b) => {
        const all = b.node('Unsqueeze', [b.node('Size', ['x']), ints(b, 0)])
        const ones = b.node('ConstantOfShape', [ints(b, 1)], { value: i64([1]) })
        const twice = b.node('Tile', [b.node('Identity', [ones]), ints(b, 2)])
        return b.node('Reshape', ['x', join(b, all, b.node('Expand', [twice, ints(b, 2)]))])
      },
      type: 'float32[4*N,1,1]',
    },
    {
      name: 'Add computes with sizes',
      inputs: { x: 'float32[N]' },
      make: (b) => b.node('ConstantOfShape', [b.node('Add', [b.node('Shape', ['x']), ints(b, 5)])]),
      type: 'float32[N+5]',
    },
    {
      name: 'a slice up to a size is whole',
      inputs: { x: 'float32[N,7]' },
      make: (b) => b.node('Slice', ['x', ints(b, 0), sizeOf(b, 'x', 0), ints(b, 0)]),
      type: 'float32[N,7]',
    },
    {
      name: 'a slice over a sum ends inside',
      inputs: { x: 'float32[N]', y: 'float32[3]' },
      make: (b) =>
        b.node('Slice', [b.node('Concat', ['x', 'y'], { axis: 0 }), sizeOf(b, 'x', 0), ints(b, 2 ** 40)]),
      type: 'float32[3]',
    },
  ]
  for (const one of cases) it(one.name, () => expect(typeOf(one.inputs, one.make)).toBe(one.type))
})

it('does not track floats', () => {
  const graph = graphOf({}, (b) => b.node('Reshape', [b.constant(f32([2])), ints(b, 1)]))
  expect(inferGraph(graph).facts.get(graph.outputs[0]!)!.value).toBeUndefined()
})

it('folds what follows from known sizes through operators that track none', () => {
  const graph = graphOf({ x: 'float32[4,6]' }, (b) => {
    const sums = b.node('CumSum', [b.node('Shape', ['x']), b.literal('int64', 0)])
    return b.node('ConstantOfShape', [b.node('Cast', [b.node('Cast', [sums], { to: 1 })], { to: 7 })])
  })
  const { facts } = inferGraph(graph, { fold: foldNode })
  expect(typeText(facts.get(graph.outputs[0]!)!.type)).toBe('float32[4,10]')
})

describe('facts through bodies', () => {
  it('carries sizes into a branch and out of it', () => {
    const branch = (b = graphBuilder({ prefix: 'branch.' })) => b.build([sizeOf(b, 'x', 0)])
    const type = typeOf({ x: 'float32[N,3]', cond: 'bool[]' }, (b) => {
      const size = b.node('If', ['cond'], { then_branch: branch(), else_branch: branch() })
      return b.node('Reshape', ['x', join(b, size, ints(b, 3, 1))])
    })
    expect(type).toBe('float32[N,3,1]')
  })

  /** A loop over x whose state is a list of sizes that the body changes by `step`. */
  function loopOver(step: (b: GraphBuilder, state: string) => string) {
    const body = graphBuilder({ prefix: 'body.' })
    for (const [name, type] of [
      ['i', 'int64[]'],
      ['cond', 'bool[]'],
      ['state', 'int64[1]'],
    ] as const) {
      body.input(name, parseTensorType(type))
    }
    const graph = body.build(['cond', step(body, 'state'), body.node('ConstantOfShape', ['state'])])
    return graphOf({ x: 'float32[N,3]' }, (b) => {
      const initial = sizeOf(b, 'x', 0)
      const M = b.constant(i64(4))
      return b.nodes(
        'Loop',
        [M, b.constant(bool(true)), initial],
        { body: graph },
        { outputs: ['size', 'slices'] },
      )[1]!
    })
  }

  it('keeps tracked elements that a loop does not change', () => {
    const { facts } = inferGraph(loopOver((b, state) => b.node('Identity', [state])))
    expect(typeText(facts.get('slices')!.type)).toBe('float32[4,N]')
    expect(facts.get('size')!.value).toEqual([expect.objectContaining({ text: 'N' })])
  })

  it('forgets tracked elements that a loop changes', () => {
    const { facts } = inferGraph(loopOver((b, state) => b.node('Add', [state, ints(b, 1)])))
    expect(typeText(facts.get('slices')!.type)).toBe('float32[4,`size/body/body.ConstantOfShape.size`]')
    expect(facts.get('size')!.value).toBeUndefined()
  })
})

describe('what inference could not find', () => {
  it('names the first value that lost its rank', () => {
    const b = graphBuilder()
    b.input('x', tensorType('float32', [4]))
    b.input('shape', parseTensorType('int64[R]'))
    const known = b.node('Relu', ['x'], {}, { outputs: ['known'] })
    const lost = b.node('Reshape', [known, 'shape'], {}, { outputs: ['lost'], name: 'culprit' })
    const after = b.node('Relu', [lost], {}, { outputs: ['after'] })
    const { unknown } = inferGraph(b.build([after]))
    expect(unknown[0]).toEqual({
      value: 'lost',
      node: 'culprit',
      operator: 'Reshape',
      reason: 'rank is unknown',
    })
    expect(unknown.map(({ value }) => value)).toEqual(['lost', 'after'])
  })

  it('tells unknown operators and refusals apart', () => {
    const b = graphBuilder()
    b.input('x', tensorType('float32', [4]))
    b.node('Nonesuch', ['x'], {}, { outputs: ['a'] })
    b.node('Transpose', ['x'], { perm: [1] }, { outputs: ['b'] })
    const refusals: string[] = []
    const { unknown } = inferGraph(b.build(['a', 'b']), { onRefusal: (error) => refusals.push(error.code) })
    expect(unknown.map(({ value, reason }) => [value, reason])).toEqual([
      ['a', 'operator is unknown'],
      ['b', 'operator refused its inputs'],
    ])
    expect(refusals).toEqual(['SLP-O2'])
  })
})
