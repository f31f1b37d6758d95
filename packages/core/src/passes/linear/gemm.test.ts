import { expect } from 'vitest'
import { type PassCase, passTest } from '../../testing/pass-test.ts'
import { gemmAdd, matmulAdd } from './matmul-add.ts'
import { transposeGemm } from './transpose-gemm.ts'

passTest(matmulAdd, [
  {
    name: 'a bias on either side',
    graph: (b, g) =>
      b.node('Add', [g.weights([4]), b.node('MatMul', [g.input('x', ['N', 3]), g.weights([3, 4])])]),
    becomes: ['Gemm'],
  },
  {
    name: 'not of more axes',
    graph: (b, g) =>
      b.node('Add', [b.node('MatMul', [g.input('x', ['N', 2, 3]), g.weights([3, 4])]), g.weights([4])]),
    because: 'must have rank 2',
  },
  {
    name: 'not where the product broadcasts',
    graph: (b, g) =>
      b.node('Add', [b.node('MatMul', [g.input('x', [1, 3]), g.weights([3, 4])]), g.weights([2, 4])]),
    because: 'must not enlarge',
  },
  {
    name: 'not where others read the product',
    graph: (b, g) => {
      const y = b.node('MatMul', [g.input('x', [2, 3]), g.weights([3, 4])])
      return [b.node('Add', [y, g.weights([4])]), y]
    },
    because: 'must have one reader',
  },
] satisfies readonly PassCase[])

passTest(gemmAdd, [
  {
    name: 'with alpha, not beta',
    graph: (b, g) =>
      b.node('Add', [
        b.node('Gemm', [g.input('x', ['N', 3]), g.weights([3, 4])], { alpha: 0.5, beta: 0.25 }),
        g.input('r', ['N', 4]),
      ]),
    becomes: ['Gemm'],
    check: ({ nodes }) => expect(nodes[0]!.attributes.has('beta')).toBe(false),
  },
  {
    name: 'not with a C of its own',
    graph: (b, g) =>
      b.node('Add', [
        b.node('Gemm', [g.input('x', ['N', 3]), g.weights([3, 4]), g.weights([4])]),
        g.input('r', ['N', 4]),
      ]),
    because: 'at most 2 inputs',
  },
])

passTest(transposeGemm, [
  {
    name: 'both sides of MatMul',
    graph: (b, g) =>
      b.node('MatMul', [
        b.node('Transpose', [g.input('x', [3, 'N'])]),
        b.node('Transpose', [g.input('z', ['M', 3])]),
      ]),
    becomes: ['Gemm'],
  },
  {
    name: 'back again',
    graph: (b, g) =>
      b.node('Gemm', [g.input('x', ['N', 3]), b.node('Transpose', [g.input('z', [3, 4])]), g.weights([4])], {
        transB: 1,
        alpha: 0.5,
      }),
    becomes: ['Gemm'],
    check: ({ nodes }) => expect(nodes[0]!.attributes.get('transB')).toEqual({ kind: 'int', value: 0n }),
  },
  {
    name: 'where others read what is transposed',
    graph: (b, g) => {
      const t = b.node('Transpose', [g.input('x', [3, 'N'])])
      return [b.node('MatMul', [t, g.weights([3, 2])]), t]
    },
    becomes: ['Transpose', 'Gemm'],
  },
  {
    name: 'not of more axes',
    graph: (b, g) =>
      b.node('MatMul', [
        b.node('Transpose', [g.input('x', [3, 4, 2])], { perm: [0, 2, 1] }),
        g.weights([4, 2]),
      ]),
    because: 'must have rank 2',
  },
])
