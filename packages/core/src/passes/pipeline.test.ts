import { describe, expect, it } from 'vitest'
import { parseGraph } from '../ir/parse.ts'
import { ruleKey } from '../ir/patch.ts'
import { deadCode } from './clean/dead-code.ts'
import { identity } from './clean/identity.ts'
import { definePass, refused } from './define.ts'
import { type NodePattern, op, optional, opWhere } from './pattern.ts'
import { optimize } from './pipeline.ts'
import { defaultPasses } from './registry.ts'
import { whyNot } from './why-not.ts'

const chain = (count: number): string =>
  `graph g(v0: float32[N,3]) -> (y) {
  ${Array.from({ length: count }, (_, i) => `v${i + 1} = Identity(v${i})`).join('\n  ')}
  y = Relu(v${count})
}`
const opsOf = (text: string, passes = [identity, deadCode]) =>
  optimize(parseGraph(text), { passes, verify: true }).graph.nodes.map((node) => node.op)

describe('optimize', () => {
  it('fires everywhere at once and settles', () => {
    const { graph, fired, settled } = optimize(parseGraph(chain(200)), { passes: [identity], verify: true })
    expect(graph.nodes.map((node) => node.op)).toEqual(['Relu'])
    expect([...fired]).toEqual([['identity', 200]])
    expect(settled).toBe(true)
  })

  it('returns the same graph where there is nothing to do', () => {
    const graph = parseGraph('graph g(x: float32[2]) -> (y) { y = Relu(x) }')
    expect(optimize(graph).graph).toBe(graph)
  })

  it('takes away what only stops gradients, and leaves barriers', () => {
    const text = `graph g(x: float32[2], t: float32[2]) -> (y) {
      const k = float32[2](1, 2)
      a = ai.slipway.StopGradient(x) b = ai.slipway.Barrier(a, t) c = ai.slipway.Barrier(k) d = ai.slipway.Barrier(k)
      y = Sum(b, c, d)
    }`
    const { graph } = optimize(parseGraph(text), { verify: true })
    expect(graph.nodes.map(({ op: name }) => name)).toEqual(['Barrier', 'Barrier', 'Barrier', 'Sum'])
  })

  it('keeps the name of an output of the graph', () => {
    const text = 'graph g(x: float32[2]) -> (y) { t = Relu(x) y = Identity(t) }'
    const { graph } = optimize(parseGraph(text), { passes: [identity] })
    expect(graph.nodes.map(({ op: name, outputs }) => [name, ...outputs])).toEqual([['Relu', 'y']])
  })

  it.each([
    ['an input that is returned', 'graph g(x: float32[2]) -> (y) { y = Identity(x) }', ['Identity']],
    [
      'one value under two names',
      'graph g(x: float32[2]) -> (y, z) { t = Relu(x) y = Identity(t) z = Identity(t) }',
      ['Relu', 'Identity'],
    ],
    [
      'a value that is an output itself',
      'graph g(x: float32[2]) -> (t, y) { t = Relu(x) y = Identity(t) }',
      ['Relu', 'Identity'],
    ],
  ])('leaves %s', (_, text, expected) => expect(opsOf(text)).toEqual(expected))

  it('rewrites bodies, and what bodies capture', () => {
    const text = `graph g(c: bool[], x: float32[2]) -> (y) {
      t = Identity(x)
      y = If(c) {then_branch: graph a() -> (p) { q = Identity(t) p = Neg(q) }, else_branch: graph b() -> (r) { r = Abs(t) }}
    }`
    const { graph } = optimize(parseGraph(text), { passes: [identity], verify: true })
    expect(graph.nodes.map((node) => node.op)).toEqual(['If'])
    const body = graph.nodes[0]!.attributes.get('then_branch')
    expect(
      body?.kind === 'graph' && body.value.nodes.map(({ op: name, inputs }) => [name, ...inputs]),
    ).toEqual([['Neg', 'x']])
  })

  it('runs passes by priority, whatever their order in the list', () => {
    const make = (name: string, priority: number, to: string) =>
      definePass({
        name,
        priority,
        doc: '',
        pattern: op('Relu', ['x']),
        build: ({ value }, emit) => emit.node(to, [value('x')]),
      })
    const text = 'graph g(x: float32[2]) -> (y) { y = Relu(x) }'
    const [first, second] = [make('z', 1, 'Abs'), make('a', 2, 'Neg')]
    for (const passes of [
      [first, second],
      [second, first],
    ]) {
      const { graph } = optimize(parseGraph(text), { passes })
      expect(graph.nodes[0]!.op).toBe('Abs')
      expect(graph.nodes[0]!.metadata?.get(ruleKey)).toBe('z')
    }
  })

  it('waits with a later phase until the earlier one has settled', () => {
    const late = definePass({
      name: 'late',
      priority: 1000,
      doc: '',
      pattern: op('Neg', ['x']),
      build: ({ value }, emit) => emit.node('Abs', [value('x')]),
    })
    const early = definePass({
      name: 'early',
      priority: 10,
      doc: '',
      pattern: op('Relu', [op('Neg', ['x'])]),
      build: ({ value }) => value('x'),
    })
    expect(
      opsOf('graph g(x: float32[2]) -> (y) { t = Neg(x) i = Identity(t) r = Relu(i) y = Sqrt(r) }', [
        late,
        early,
        identity,
      ]),
    ).toEqual(['Sqrt'])
  })

  it('stops at the limit where passes undo each other', () => {
    const swap = (from: string, to: string) =>
      definePass({
        name: from,
        priority: 1,
        doc: '',
        pattern: op(from, ['x']),
        build: ({ value }, emit) => emit.node(to, [value('x')]),
      })
    const graph = parseGraph('graph g(x: float32[2]) -> (y) { y = Neg(x) }')
    expect(optimize(graph, { passes: [swap('Neg', 'Abs'), swap('Abs', 'Neg')] }).settled).toBe(false)
  })

  it('refuses what changes a type, and nodes that their operator refuses', () => {
    const wrong = (name: string, make: Parameters<typeof definePass>[0] & { build: unknown }) =>
      optimize(parseGraph('graph g(x: float32[2,3]) -> (y) { y = Relu(x) }'), {
        passes: [definePass({ ...make, name })],
      }).fired.size
    const base = { name: '', priority: 1, doc: '', pattern: op('Relu', ['x']) }
    expect(
      wrong('transposed', { ...base, build: ({ value }, emit) => emit.node('Transpose', [value('x')]) }),
    ).toBe(0)
    expect(
      wrong('invalid', {
        ...base,
        build: ({ value }, emit) => emit.node('MatMul', [value('x'), value('x')]),
      }),
    ).toBe(0)
  })

  it('has names of its own for all passes, and a doc for each', () => {
    expect(new Set(defaultPasses.map(({ name }) => name)).size).toBe(defaultPasses.length)
    expect(defaultPasses.filter(({ doc }) => !doc)).toEqual([])
  })
})

describe('patterns', () => {
  const fires = (text: string, pattern: NodePattern): boolean => {
    const build = () => refused('found')
    const passes = [definePass({ name: 'test', priority: 1, doc: 'Never fires.', pattern, build })]
    return whyNot(parseGraph(text), 'test', { passes }).some(({ reason }) => reason === 'found')
  }
  const silu = op('Mul', ['x', op('Sigmoid', ['x'])])

  it('match commutative operators in either order', () => {
    expect(fires('graph g(x: float32[2]) -> (y) { s = Sigmoid(x) y = Mul(x, s) }', silu)).toBe(true)
    expect(fires('graph g(x: float32[2]) -> (y) { s = Sigmoid(x) y = Mul(s, x) }', silu)).toBe(true)
    expect(
      fires(
        'graph g(x: float32[2]) -> (y) { s = Sigmoid(x) y = Sub(s, x) }',
        op('Sub', ['x', op('Sigmoid', ['x'])]),
      ),
    ).toBe(false)
  })

  it('ask one value for one name', () =>
    expect(fires('graph g(x: float32[2], z: float32[2]) -> (y) { s = Sigmoid(x) y = Mul(z, s) }', silu)).toBe(
      false,
    ))

  it('backtrack out of an order that fits at first only', () =>
    expect(
      fires(
        'graph g(a: float32[2], b: float32[2]) -> (y) { s = Neg(a) t = Mul(b, a) y = Add(s, t) }',
        op('Add', [op('Mul', ['p', 'q']), op('Neg', ['q'])]),
      ),
    ).toBe(true))

  it('do not take a default of a graph input for a constant', () => {
    const two = op('Mul', ['x', 2])
    expect(fires('graph g(x: float32[2]) -> (y) { const k = float32[](2) y = Mul(x, k) }', two)).toBe(true)
    expect(
      fires('graph g(x: float32[2], k: float32[]) -> (y) { const k = float32[](2) y = Mul(x, k) }', two),
    ).toBe(false)
  })

  it('test attributes with their defaults, optional inputs and traits', () => {
    const text = 'graph g(x: float32[2,2]) -> (y) { y = Clip(x) }'
    expect(fires(text, op('Clip', ['x', optional('low'), optional('high')]))).toBe(true)
    expect(fires(text, op('Clip', ['x', 'low']))).toBe(false)
    const softmax = 'graph g(x: float32[2,2]) -> (y) { y = Softmax(x) }'
    expect(fires(softmax, op('Softmax', ['x'], { attributes: { axis: -1 } }))).toBe(true)
    expect(fires(softmax, op('Softmax', ['x'], { attributes: { axis: 1 } }))).toBe(false)
    expect(
      fires(
        'graph g(x: float32[2]) -> (y) { y = Sqrt(x) }',
        opWhere('elementwise', ({ lower }) => lower.kind === 'elementwise', ['x']),
      ),
    ).toBe(true)
  })
})

describe('whyNot', () => {
  it('lists the matches that came furthest first, with node and reason', () => {
    const text = `graph g(x: float32[2]) -> (y, i) {
      t = Relu(x)
      i = Identity(t) @"kept"
      y = Identity(x) @"input"
    }`
    const { graph } = optimize(parseGraph(text), { passes: [identity] })
    expect(whyNot(graph, 'identity')).toEqual([
      {
        node: 'input',
        operator: 'Identity',
        matched: 1,
        at: 'input',
        reason: expect.stringContaining('"y" of the graph must keep its name'),
      },
    ])
  })

  it('refuses a rule that nobody knows', () =>
    expect(() => whyNot(parseGraph('graph g() -> () {}'), 'magic')).toThrow('the rule must be one of'))
})
