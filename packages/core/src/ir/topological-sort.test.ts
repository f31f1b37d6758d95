import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { graphArbitrary } from '../testing/graph-arbitrary.ts'
import { parseGraph } from './parse.ts'
import { topologicalSort } from './topological-sort.ts'
import { verifyGraph } from './verify.ts'

it('topologicalSort keeps nodes that are in order where they are', () => {
  fc.assert(
    fc.property(graphArbitrary, ({ nodes }) => {
      expect(topologicalSort(nodes)).toEqual(nodes)
    }),
  )
})

it('topologicalSort orders nodes in any order, by captures too', () => {
  fc.assert(
    fc.property(graphArbitrary, fc.infiniteStream(fc.nat()), (graph, numbers) => {
      const shuffled = graph.nodes
        .map((node) => [numbers.next().value, node] as const)
        .sort(([a], [b]) => a - b)
        .map(([, node]) => node)
      expect(verifyGraph({ ...graph, nodes: topologicalSort(shuffled) })).toEqual([])
    }),
    { numRuns: 300 },
  )
})

it('topologicalSort walks chains of any length', () => {
  const nodes = Array.from({ length: 20_000 }, (_, i) => ({
    name: '',
    domain: '',
    op: 'A',
    inputs: [`v${i + 1}`],
    outputs: [`v${i}`],
    attributes: new Map(),
  }))
  expect(topologicalSort(nodes)[0]!.outputs).toEqual(['v19999'])
})

it('topologicalSort names a cycle', () => {
  const { nodes } = parseGraph(
    'graph g() -> () { a = A() b = B(a, d) @first c = C(b) d = If(a) {body: graph t() -> (e) { e = E(c) }} }',
  )
  expect(() => topologicalSort(nodes)).toThrow(
    '[SLP-I1] Cannot order nodes: they must not form a cycle, got first reads "d", d reads "c", c reads "b"',
  )
})
