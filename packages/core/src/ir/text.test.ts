import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { symbol } from '../base/dim.ts'
import { SlipwayError } from '../base/errors.ts'
import { tensor } from '../base/tensor.ts'
import { tensorType } from '../base/value.ts'
import { graphArbitrary } from '../testing/graph-arbitrary.ts'
import { f32, i64, str } from '../testing/literals.ts'
import { float, graphBuilder } from './builder.ts'
import { parseGraph } from './parse.ts'
import { printGraph } from './print.ts'

describe('text form of a graph', () => {
  it('is for people', () => {
    const body = graphBuilder({ name: 'then' })
    body.build([])
    const b = graphBuilder({ name: 'main' })
    const x = b.input('x', tensorType('float32', [symbol('N'), 4]))
    const w = b.constant(f32([0.1, 1, 2, -1]), 'w')
    const t = b.node('Mul', [x, w], {}, { name: 'first layer', outputs: ['t'] })
    const then = graphBuilder({ name: 'then' })
    const y1 = then.node('Elu', [t], { alpha: float(1) }, { outputs: ['y.1'] })
    const text = printGraph(
      b.build([
        b.node('Clip', [t, undefined, 'cond'], {}, { outputs: ['123'] }),
        b.node('If', ['cond'], { then_branch: then.build([y1]), axes: [0, 1] }, { outputs: ['y'] }),
      ]),
    )
    expect(text).toBe(`graph main(x: float32[N,4]) -> ("123", y) {
  const w := float32[4](0.1, 1, 2, -1)
  t = Mul(x, w) @"first layer"
  "123" = Clip(t, _, cond)
  y = If(cond) {
    then_branch: graph then() -> (y.1) {
      y.1 = Elu(t) {alpha: 1.0}
    },
    axes: [0, 1]
  }
}
`)
  })

  it('reads back to the same graph', () => {
    fc.assert(
      fc.property(graphArbitrary, (graph) => {
        const text = printGraph(graph)
        const again = parseGraph(text)
        // Much faster than toEqual, which only tells what differs.
        if (!isDeepStrictEqual(again, graph)) expect(again).toEqual(graph)
        return printGraph(again) === text
      }),
      { numRuns: 1000 },
    )
  })

  it('writes large tensors as base64, or leaves them out', () => {
    const large = tensor(
      'float32',
      [40],
      Float32Array.from({ length: 40 }, (_, i) => i / 3),
    )
    const b = graphBuilder({ name: 'g' })
    const graph = b.build([b.constant(large, 'w')])
    expect(printGraph(graph)).toContain('const w := float32[40] base64 "AAAAAKuqqj')
    expect(parseGraph(printGraph(graph))).toEqual(graph)
    expect(printGraph(graph, { inlineElements: 40 })).toContain('float32[40](0, 0.33333334, 0.6666667, 1')
    const elided = printGraph(graph, { large: 'elide' })
    expect(elided).toMatch(/const w := float32\[40\] elided "[0-9a-f]{16}"/)
    const other = {
      ...graph,
      constants: new Map([['w', { ...large, data: large.data.map((v) => v * 1.0001) }]]),
    }
    expect(printGraph(other, { large: 'elide' })).not.toBe(elided)
    expect(() => parseGraph(elided)).toThrow('line 2, column 14')
  })

  it('keeps what numbers do not carry', () => {
    const payload = tensor('float32', [1], new Float32Array(Uint32Array.of(0x7fc00001).buffer))
    const b = graphBuilder({ name: 'g' })
    b.constant(payload, 'nan')
    b.constant(tensor('bool', [1], Uint8Array.of(7)), 'bool')
    b.constant(i64([2n ** 62n]), 'big')
    b.constant(str(['a"\n', '\u{1f600}']), 'text')
    const graph = b.build([])
    expect(
      new Uint8Array((parseGraph(printGraph(graph)).constants.get('nan')!.data as Float32Array).buffer),
    ).toEqual(new Uint8Array(payload.data.buffer))
    expect(parseGraph(printGraph(graph))).toEqual(graph)
  })

  it('may hold comments and any white space', () => {
    expect(parseGraph('graph g ( x ) -> ( y ) { # a comment\n\ty=Relu(x) }').nodes[0]!.op).toBe('Relu')
  })

  const broken: readonly (readonly [name: string, text: string, message: string])[] = [
    ['no graph', 'node', 'expected "graph", got "node" in line 1, column 1'],
    ['an end too early', 'graph g(x', 'expected ")", got the end of the text in line 1, column 10'],
    ['a wrong mark', 'graph g() -> () {\n  y = Relu[x]\n}', 'expected "(", got "[" in line 2, column 11'],
    ['text after the graph', 'graph g() -> () {} x', 'expected the end of the text, got "x"'],
    ['an unknown element type', 'graph g(x: float31[1]) -> () {}', 'expected an element type, got "float31"'],
    [
      'a broken dimension',
      'graph g(x: float32[1,+]) -> () {}',
      'expected dimensions, got "1,+" in line 1, column 19',
    ],
    ['an open bracket', 'graph g(x: float32[1', 'expected "]", got the end of the text'],
    ['too few elements', 'graph g() -> () { const x = int8[3](1, 2) }', 'expected 3 elements instead of 2'],
    ['no integer', 'graph g() -> () { const x = int64[1](1.5) }', 'expected an integer, got "1.5"'],
    ['no number', 'graph g() -> () { const x = int8[1](a) }', 'expected a number, got "a"'],
    ['no base64', 'graph g() -> () { const x = int8[1] base64 "!" }', 'expected base64'],
    [
      'too many bytes',
      'graph g() -> () { const x = int8[1] base64 "AAAA" }',
      'expected 1 bytes instead of 3',
    ],
    ['an open text', 'graph "g', 'expected a quoted text as in JSON'],
    ['a mixed list', 'graph g() -> () { y = A() {a: [1, 1.5]} }', 'expected a list of items of one kind'],
    [
      'an empty list without kind',
      'graph g() -> () { y = A() {a: []} }',
      'expected a list of items of one kind',
    ],
    [
      'an attribute twice',
      'graph g() -> () { y = A() {a: 1, a: 2} }',
      'an attribute that is not there yet, got "a"',
    ],
    [
      'a constant twice',
      'graph g() -> () { const a = int8[](1) const a = int8[](1) }',
      'a constant that is not there',
    ],
    ['a bare metadata value', 'graph g() -> () metadata {"a": b} {}', 'expected a quoted text, got "b"'],
    ['a negative size', 'graph g() -> () { const a = int8[-1]() }', 'expected a shape'],
    ['deep nesting', 'graph g() -> () { = A() {a: '.repeat(40), 'expected at most 32 nested graphs'],
    ['a deep type', `graph g(x: ${'seq('.repeat(50)}`, 'expected a type of at most 32 levels'],
  ]
  it.each(broken)('refuses %s with its place', (_, text, message) => {
    let caught: unknown
    try {
      parseGraph(text)
    } catch (error) {
      caught = error
    }
    expect(caught).toBeInstanceOf(SlipwayError)
    expect((caught as SlipwayError).code).toBe('SLP-I3')
    expect((caught as SlipwayError).message).toContain(message)
  })

  it('refuses any text with SLP-I3 only', () => {
    const sample = printGraph(
      parseGraph('graph g(x: float32[N]) -> (y) { y = Pad(x) {pads: [1, 2], t: int8[1](3)} }'),
    )
    fc.assert(
      fc.property(fc.nat(sample.length), fc.string({ maxLength: 3 }), fc.nat(4), (at, insert, drop) => {
        try {
          parseGraph(sample.slice(0, at) + insert + sample.slice(at + drop))
        } catch (error) {
          expect((error as SlipwayError).code).toBe('SLP-I3')
        }
      }),
      { numRuns: 500 },
    )
  })
})
