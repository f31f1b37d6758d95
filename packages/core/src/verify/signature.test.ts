import { describe, expect, it } from 'vitest'
import type { Graph } from '../ir/graph.ts'
import { parseGraph } from '../ir/parse.ts'
import { canonicalText, signModel } from './signature.ts'

const base = `graph g(x: float32[N,3]) -> (y) {
  const w = float32[3,2](1, 2, 3, 4, 5, 6)
  const axes = int64[1](1)
  h: float32[N,2] = MatMul(x, w)
  r = Relu(h)
  s = ReduceSum(r, axes) {keepdims: 1}
  y: float32[N,2] = Sub(r, s)
}`
const sign = (text: string) => signModel(parseGraph(text))
const change = (from: string | RegExp, to: string) => {
  const text = base.replaceAll(from, to)
  expect(text).not.toBe(base)
  return text
}

describe('signModel', () => {
  it('makes SHA-256', async () => {
    const { structural, strict, interface: own } = await sign(base)
    for (const text of [structural, strict, own]) expect(text).toMatch(/^[0-9a-f]{64}$/)
    expect(new Set([structural, strict, own]).size).toBe(3)
  })

  it.each([
    ['weights', change('1, 2, 3, 4, 5, 6', '6, 5, 4, 3, 2, 1')],
    ['names inside', change(/\bh\b/g, 'hidden')],
    ['the name of a size', change('N', 'batch')],
    ['the name of the graph', change('graph g', 'graph other')],
    ['names of nodes', change('Relu(h)', 'Relu(h) @"act"')],
    ['a node that nobody needs', change('  r = Relu', '  dead = Exp(h)\n  r = Relu')],
  ])('ignores %s', async (_, text) => {
    expect(await sign(text)).toEqual(await sign(base))
  })

  it('ignores the order of independent nodes', async () => {
    const two = (first: string, second: string) => `graph g(x: float32[2]) -> (y) {
  ${first}
  ${second}
  y: float32[2] = Sub(a, b)
}`
    const [a, b] = ['a = Exp(x)', 'b = Neg(x)']
    expect(await sign(two(a, b))).toEqual(await sign(two(b, a)))
  })

  it.each([
    ['an operator', change('Relu', 'Sigmoid')],
    ['what is connected', change('Sub(r, s)', 'Sub(s, r)')],
    ['the shape of a weight', change('float32[3,2](1, 2, 3, 4, 5, 6)', 'float32[3,1](1, 2, 3)')],
    ['the type of an input', change('x: float32[N,3]', 'x: float32[4,3]')],
    ['keys of attributes', change(' {keepdims: 1}', '')],
    ['an output more', change('-> (y)', '-> (y, r)')],
  ])('sees %s', async (_, text) => {
    const [changed, before] = [await sign(text), await sign(base)]
    expect(changed.structural).not.toBe(before.structural)
    expect(changed.strict).not.toBe(before.strict)
  })

  it.each([
    ['values of attributes', change('keepdims: 1', 'keepdims: 0')],
    ['settings among the initialisers', change('int64[1](1)', 'int64[1](0)')],
  ])('sees %s when strict', async (_, text) => {
    const [changed, before] = [await sign(text), await sign(base)]
    expect(changed.structural).toBe(before.structural)
    expect(changed.strict).not.toBe(before.strict)
  })

  it('tells names of inputs and outputs apart in the interface only', async () => {
    const [renamed, before] = [await sign(change(/\bx\b/g, 'image')), await sign(base)]
    expect(renamed.structural).toBe(before.structural)
    expect(renamed.interface).not.toBe(before.interface)
  })

  it('looks into bodies, and at what they capture', async () => {
    const branch = (op: string, captured: string): Graph =>
      parseGraph(`graph g(c: bool[], x: float32[2]) -> (y) {
  a = Exp(x)
  b = Neg(x)
  s = Add(a, b)
  y: float32[2] = If(c) {
    then_branch: graph t() -> (o) {
      o = ${op}(${captured})
    },
    else_branch: graph e() -> (p) {
      p = Identity(s)
    }
  }
}`)
    const texts = [branch('Abs', 'a'), branch('Abs', 'b'), branch('Relu', 'a')].map((graph) =>
      canonicalText(graph),
    )
    expect(new Set(texts).size).toBe(3)
  })

  it('ignores what nobody reads beside a body', () => {
    const beside = (unused: string): Graph =>
      parseGraph(`graph g(c: bool[], x: float32[2]) -> (y) {${unused}
  a = Exp(x)
  y: float32[2] = If(c) {
    then_branch: graph t() -> (o) {
      h = Abs(a)
      o = Neg(h)
    },
    else_branch: graph e() -> (p) {
      p = Identity(a)
    }
  }
}`)
    const spare = '\n  const spare = float32[1](1)'
    expect(canonicalText(beside(spare))).toBe(canonicalText(beside('')))
  })
})
