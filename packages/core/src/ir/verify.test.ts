import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { tensor } from '../base/tensor.ts'
import { graphArbitrary } from '../testing/graph-arbitrary.ts'
import type { Graph } from './graph.ts'
import { parseGraph } from './parse.ts'
import { assertGraph, verifyGraph } from './verify.ts'

const findings = (graph: Graph) => verifyGraph(graph).map(({ path, rule }) => `${path}: ${rule}`)
const inBody = (body: string) =>
  `graph g(x, c) -> (y) { y = If(c) {then_branch: graph t() -> (z) {${body}}} }`

describe('verifyGraph', () => {
  it('finds nothing in a well-formed graph', () => {
    fc.assert(
      fc.property(graphArbitrary, (graph) => {
        expect(verifyGraph(graph)).toEqual([])
      }),
      { numRuns: 300 },
    )
  })

  it('lets an input have a constant as its default', () => {
    expect(findings(parseGraph('graph g(x: int8[]) -> (x) { const x = int8[](1) }'))).toEqual([])
  })

  it('lets two bodies use the same names', () => {
    const body = '(x) -> (z) { z = B(x) }'
    const text = `graph g(c) -> (y) { y = If(c) {then_branch: graph t${body}, else_branch: graph e${body}} }`
    expect(findings(parseGraph(text))).toEqual([])
  })

  const broken: readonly (readonly [name: string, text: string, findings: readonly string[]])[] = [
    [
      'a value defined by two nodes',
      'graph g(x) -> () { y = A(x) y = B(x) }',
      ['graph.node[1].output[0]: defined twice'],
    ],
    [
      'a node that redefines an input',
      'graph g(x) -> () { x = A() }',
      ['graph.node[0].output[0]: defined twice'],
    ],
    [
      'a node that redefines a constant',
      'graph g() -> () { const x = int8[](1) x = A() }',
      ['graph.node[0].output[0]: defined twice'],
    ],
    ['one input twice', 'graph g(x, x) -> () {}', ['graph.input[1]: defined twice']],
    [
      'a use before definition',
      'graph g(x) -> (z) { z = A(y) y = B(x) }',
      ['graph.node[0].input[0]: used before definition'],
    ],
    [
      'a node that reads itself',
      'graph g() -> (z) { z = A(z) }',
      ['graph.node[0].input[0]: used before definition'],
    ],
    ['a use of nothing', 'graph g(x) -> (z) { z = A(x, _, y) }', ['graph.node[0].input[2]: undefined value']],
    ['an output of nothing', 'graph g(x) -> (x, y) {}', ['graph.output[1]: undefined value']],
    [
      'nameless inputs and outputs',
      'graph g(_) -> (_) {}',
      ['graph.input[0]: empty name', 'graph.output[0]: empty name'],
    ],
    ['a nameless constant', 'graph g() -> () { const _ = int8[](1) }', ['graph.constant[""]: empty name']],
    ['a nameless operator', 'graph g() -> () { y = ""."" () }', ['graph.node[0]: empty name']],
    ['a nameless attribute', 'graph g() -> () { y = A() {_: 1} }', ['graph.node[0]: empty name']],
    [
      'a constant of another type',
      'graph g() -> () { const w: int8[2] = int8[1](1) }',
      ['graph.constant["w"]: constant contradicts its type'],
    ],
    [
      'a map with float keys',
      'graph g(x: map(float32,int8[])) -> () {}',
      ['graph.type["x"]: malformed type'],
    ],
    [
      'a malformed type in a type',
      'graph g(x: seq(map(bool,int8[]))) -> () {}',
      ['graph.type["x"]: malformed type'],
    ],
    [
      'a malformed attribute',
      'graph g() -> () { = A() {t: types [map(bool,int8[])]} }',
      ['graph.node[0].t[0]: malformed type'],
    ],
    [
      'a body that shadows',
      inBody('x = A() z = B(x)'),
      ['graph.node[0].then_branch.node[0].output[0]: shadows an outer value'],
    ],
    [
      'a body that reads nothing',
      inBody('z = B(q)'),
      ['graph.node[0].then_branch.node[0].input[0]: undefined value'],
    ],
    [
      'a body that reads its own node',
      inBody('z = B(y)'),
      ['graph.node[0].then_branch.node[0].input[0]: undefined value'],
    ],
    ['a body without its output', inBody(''), ['graph.node[0].then_branch.output[0]: undefined value']],
  ]
  it.each(broken)('finds %s', (_, text, expected) => {
    expect(findings(parseGraph(text))).toEqual(expected)
  })

  it('finds a tensor that does not fit its shape', () => {
    const graph = parseGraph('graph g() -> () { const w = int8[2](1, 2) = A() {t: int8[2](1, 2)} }')
    const bad = { ...tensor('int8', [2], Int8Array.of(1, 2)), shape: [3] }
    const node = { ...graph.nodes[0]!, attributes: new Map([['t', { kind: 'tensor' as const, value: bad }]]) }
    expect(findings({ ...graph, constants: new Map([['w', bad]]), nodes: [node] })).toEqual([
      'graph.constant["w"]: malformed tensor',
      'graph.node[0].t: malformed tensor',
    ])
  })

  it('throws the first finding as SLP-I1', () => {
    expect(() => assertGraph(parseGraph('graph g(x) -> (y, z) {}'))).toThrow(
      '[SLP-I1] Cannot accept graph "g": a value must be defined, got "y" (and 1 more) (at graph.output[0])',
    )
    expect(() => assertGraph(parseGraph('graph g(x) -> (x) {}'))).not.toThrow()
  })
})
