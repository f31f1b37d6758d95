import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { graphArbitrary } from '../testing/graph-arbitrary.ts'
import { f32, i64 } from '../testing/literals.ts'
import { toAttributes } from './builder.ts'
import type { Node } from './graph.ts'
import { parseGraph } from './parse.ts'
import { applyPatch, type Patch, ruleKey } from './patch.ts'
import { printGraph } from './print.ts'
import { assertGraph, verifyGraph } from './verify.ts'

const graph = parseGraph(`graph g(x: float32[N,2]) -> (y) {
  const w := float32[2](1, 2)
  a: float32[N,2] = Mul(x, w)
  b: float32[N,2] = Identity(a)
  c: float32[N,2] = Relu(b)
  y: float32[N,2] = If(c) {
    then_branch: graph t() -> (d) {
      d = Neg(b)
    }
  }
}`)
const [mul, identity, relu, cond] = graph.nodes as readonly [Node, Node, Node, Node] // as many as the text has

function node(op: string, inputs: readonly string[], outputs: readonly string[], from?: Node): Node {
  return { name: '', domain: '', op, inputs, outputs, attributes: toAttributes({}), metadata: from?.metadata }
}

function patched(patch: Omit<Patch, 'rule'>): string {
  const result = applyPatch(graph, { rule: 'test', ...patch })
  assertGraph(result)
  return printGraph(result)
}

describe('applyPatch', () => {
  it('puts one value for another, in bodies too', () => {
    const text = patched({ remove: [identity], replace: new Map([['b', 'a']]) })
    expect(text).toContain('c: float32[N,2] = Relu(a)')
    expect(text).toContain('d = Neg(a)')
    expect(text).not.toContain('b: float32')
  })

  it('follows chains of replacements', () => {
    expect(
      patched({
        remove: [identity],
        replace: new Map([
          ['c', 'b'],
          ['b', 'a'],
        ]),
      }),
    ).toContain('If(a)')
  })

  it('adds nodes, constants and types, and names the rule', () => {
    const text = patched({
      remove: [mul, relu],
      add: [node('MulRelu', ['x', 'k'], ['a', 'c'], mul)],
      constants: new Map([['k', f32([1, 2])]]),
      replace: new Map([['b', 'a']]),
    })
    expect(text).toContain('const k := float32[2](1, 2)')
    expect(text).toContain(
      'a: float32[N,2], c: float32[N,2] = MulRelu(x, k) metadata {"slipway.rule": "test"}',
    )
  })

  it('adds a rule after those a node already comes from', () => {
    const first = applyPatch(graph, { rule: 'one', remove: [relu], add: [node('A', ['b'], ['c'])] })
    const old = first.nodes.find(({ op }) => op === 'A')!
    const second = applyPatch(first, { rule: 'two', remove: [old], add: [{ ...old, op: 'B' }] })
    expect(second.nodes.find(({ op }) => op === 'B')!.metadata!.get(ruleKey)).toBe('one, two')
  })

  it('keeps topological order whatever the order of the new nodes', () => {
    const result = applyPatch(graph, {
      rule: 'test',
      remove: [mul],
      add: [node('B', ['t'], ['a']), node('A', ['x'], ['t'])],
    })
    expect(result.nodes.map(({ op }) => op)).toEqual(['A', 'B', 'Identity', 'Relu', 'If'])
  })

  it('moves only what a new node needs', () => {
    const result = applyPatch(graph, { rule: 'test', add: [node('A', ['c'], ['e'])] })
    expect(result.nodes.map(({ op }) => op)).toEqual(['Mul', 'Identity', 'Relu', 'A', 'If'])
  })

  it('passes a type on to a value without one', () => {
    const result = applyPatch(graph, {
      rule: 'test',
      remove: [relu],
      add: [node('A', ['b'], ['new'])],
      replace: new Map([['c', 'new']]),
    })
    expect(result.types.get('new')).toEqual(graph.types.get('c'))
    expect(result.types.has('c')).toBe(false)
  })

  const refused: readonly (readonly [name: string, patch: Omit<Patch, 'rule'>, message: string])[] = [
    [
      'another dtype',
      { remove: [identity], replace: new Map([['b', 'k']]), constants: new Map([['k', i64([1, 2])]]) },
      '[SLP-I2] Cannot apply patch of rule "test": the type of "b" must stay float32[N,2], got int64[2]',
    ],
    [
      'another rank',
      { remove: [identity], replace: new Map([['b', 'w']]) },
      '[SLP-I2] Cannot apply patch of rule "test": the type of "b" must stay float32[N,2], got float32[2]',
    ],
    [
      'another type of a value defined anew',
      {
        remove: [mul],
        add: [node('A', ['x'], ['a'])],
        types: new Map([['a', { kind: 'tensor', dtype: 'int8' }]]),
      },
      '[SLP-I2]',
    ],
    [
      'to remove a value in use',
      { remove: [mul] },
      '[SLP-I1] Cannot apply patch of rule "test": a value that is read must stay, got "a" removed, which node "b" (Identity) reads',
    ],
    [
      'to remove a value that a body reads',
      { remove: [identity, relu], add: [node('A', ['a'], ['c'])] },
      '"b" removed, which node "y" (If) reads',
    ],
    ['to remove a constant in use', { removeConstants: ['w'] }, '"w" removed, which node "a" (Mul) reads'],
    [
      'to remove an unknown constant',
      { removeConstants: ['q'] },
      'a constant that it removes must be in the graph, got "q"',
    ],
    ['to remove an output', { remove: [cond] }, 'an output of the graph must stay, got "y" removed'],
    ['to replace an output', { replace: new Map([['y', 'c']]) }, 'an output of the graph must keep its name'],
    [
      'a node that is not there',
      { remove: [{ ...mul }] },
      'a node that it removes must be in the graph, got node "a" (Mul)',
    ],
    ['a name in use', { add: [node('A', [], ['c'])] }, 'a value that it adds must have a new name, got "c"'],
    [
      'a name in use inside a body',
      { add: [node('A', [], ['d'])] },
      'a value that it adds must have a new name, got "d"',
    ],
    [
      'a body that hides a value',
      {
        remove: [cond],
        add: [{ ...cond, attributes: toAttributes({ b: parseGraph('graph g() -> (a) { a = A() }') }) }],
      },
      'a body that it adds must not redefine a value around it, got "a"',
    ],
    ['a cycle', { remove: [mul], add: [node('A', ['c'], ['a'])] }, 'they must not form a cycle, got'],
    [
      'a circle of replacements',
      {
        replace: new Map([
          ['a', 'b'],
          ['b', 'a'],
        ]),
      },
      'replacements must end somewhere',
    ],
  ]
  it.each(refused)('refuses %s', (_, patch, message) => {
    expect(() => applyPatch(graph, { rule: 'test', ...patch })).toThrow(message)
  })

  it('keeps random graphs well formed', () => {
    fc.assert(
      fc.property(graphArbitrary, fc.nat(), (random, pick) => {
        const old = random.nodes[pick % Math.max(1, random.nodes.length)]
        if (!old) return
        const middle = '\u0000 middle'
        const result = applyPatch(random, {
          rule: 'split',
          remove: [old],
          add: [{ ...old, inputs: [...old.inputs, middle] }, node('Source', old.inputs, [middle])],
          constants: new Map([['\u0000 constant', f32(1)]]),
        })
        expect(verifyGraph(result)).toEqual([])
        expect(result.nodes.length).toBe(random.nodes.length + 1)
      }),
      { numRuns: 500 },
    )
  })
})
