import { describe, expect, it } from 'vitest'
import { tensor } from '../base/tensor.ts'
import { parseGraph } from '../ir/parse.ts'
import { type TensorFact, tensorFact } from './fact.ts'
import { factMemo, recentFacts } from './fact-memo.ts'
import { inferGraph } from './infer-graph.ts'

const graph = parseGraph(`graph g(x: float32[N,3]) -> (y) {
  const s = int64[2](0, -1)
  a = Relu(x)
  b = Reshape(a, s)
  y = Softmax(b)
}`)

describe('factMemo', () => {
  it('infers the same node from equal facts once', () => {
    const memo = factMemo()
    const [node] = graph.nodes
    let computed = 0
    const compute = () => ({ outputs: [tensorFact('float32', [++computed])], bodies: [] })
    const first = memo.node(node!, 'a', [tensorFact('float32', [2])], compute)
    expect(memo.node(node!, 'a', [tensorFact('float32', [2])], compute)).toBe(first)
    expect(memo.node(node!, 'b', [tensorFact('float32', [2])], compute)).not.toBe(first)
    expect(memo.node(node!, 'a', [tensorFact('float32', [3])], compute)).not.toBe(first)
    expect(memo.node({ ...node! }, 'a', [tensorFact('float32', [2])], compute)).not.toBe(first)
    expect(computed).toBe(4)
  })

  it('tells tracked elements and -0 apart', () => {
    const memo = factMemo()
    const node = graph.nodes[0]!
    const constant = (value: number) => ({
      ...tensorFact('float32', []),
      constant: { kind: 'tensor', dtype: 'float32', shape: [], data: Float64Array.of(value) } as const,
    })
    const results = [
      constant(0),
      constant(-0),
      tensorFact('int64', [1], [1]),
      tensorFact('int64', [1], [2]),
    ].map((fact) => memo.node(node, '', [fact], () => ({ outputs: [], bodies: [] })))
    expect(new Set(results).size).toBe(4)
  })

  it('hears of bodies again, and of what they capture', () => {
    const branches = parseGraph(`graph g(c: bool[], x: float32[N]) -> (y) {
      y = If(c) {then_branch: graph t() -> (p) { p = Relu(x) }, else_branch: graph e() -> (q) { q = Neg(x) }}
    }`)
    const memo = factMemo()
    const heard = (size: number) => {
      const list: string[] = []
      const inputs = new Map([
        ['c', tensorFact('bool', [])],
        ['x', tensorFact('float32', [size])],
      ])
      inferGraph(branches, {
        memo,
        inputs,
        onGraph: (graph, facts) => list.push(`${graph.name} ${String((facts.get('x') as TensorFact).shape)}`),
      }) // given above
      return list
    }
    expect([heard(2), heard(2), heard(3)]).toEqual([
      ['t 2', 'e 2', 'g 2'],
      ['t 2', 'e 2', 'g 2'],
      ['t 3', 'e 3', 'g 3'],
    ])
  })

  it('gives what inference without it gives', () => {
    const memo = factMemo()
    const plain = inferGraph(graph)
    for (let i = 0; i < 2; i++)
      expect(inferGraph(graph, { memo }).facts.get('y')).toEqual(plain.facts.get('y'))
  })

  it('forgets what was asked for longest ago', () => {
    const memo = factMemo(2)
    let computed = 0
    const ask = (size: number) =>
      memo.node(graph.nodes[0]!, '', [tensorFact('float32', [size])], () => ({
        outputs: [tensorFact('float32', [++computed])],
        bodies: [],
      }))
    ask(1)
    ask(2)
    ask(1)
    ask(3)
    ask(1)
    expect(computed).toBe(3)
    ask(2)
    expect(computed).toBe(4)
  })

  it('keeps one fact for each constant and each declaration', () => {
    const memo = factMemo()
    const value = tensor('float32', [1], Float32Array.of(1))
    const make = () => tensorFact('float32', [1])
    expect(memo.constant(value, make)).toBe(memo.constant(value, make))
    const type = { kind: 'tensor', dtype: 'float32', shape: [1] } as const
    expect(memo.declared(type)).toBe(memo.declared(type))
  })
})

describe('recentFacts', () => {
  const [node] = graph.nodes
  const found = () => ({ outputs: [], bodies: [] })

  it('knows a node by the objects that it reads', () => {
    const memo = recentFacts()
    const fact = tensorFact('float32', [2])
    const first = memo.node(node!, 'a', [fact, undefined], found)
    expect(memo.node(node!, 'a', [fact, undefined], found)).toBe(first)
    expect(memo.node(node!, 'a', [fact], found)).not.toBe(first)
    expect(memo.node(node!, 'b', [fact, undefined], found)).not.toBe(first)
    expect(memo.node(node!, 'a', [{ ...fact }, undefined], found)).not.toBe(first)
    expect(memo.node({ ...node! }, 'a', [fact, undefined], found)).not.toBe(first)
  })

  it('forgets what was asked for longest ago', () => {
    const memo = recentFacts(2)
    const [a, b, c] = [1, 2, 3].map((size) => [tensorFact('float32', [size])])
    const first = memo.node(node!, '', a!, found)
    const second = memo.node(node!, '', b!, found)
    expect(memo.node(node!, '', a!, found)).toBe(first)
    memo.node(node!, '', c!, found)
    expect(memo.node(node!, '', a!, found)).toBe(first)
    expect(memo.node(node!, '', b!, found)).not.toBe(second)
  })

  it('infers what a graph is inferred to be without it', () => {
    const memo = recentFacts()
    for (const size of [1, 2, 1, 3]) {
      const inputs = new Map([['x', tensorFact('float32', [size, 3])]])
      expect(inferGraph(graph, { inputs, memo })).toEqual(inferGraph(graph, { inputs }))
    }
  })
})
