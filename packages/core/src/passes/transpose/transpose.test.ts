import { passTest } from '../../testing/pass-test.ts'
import { constantFolding } from '../fold/constant-folding.ts'
import { transposeReshape } from './transpose-reshape.ts'
import { transposeCancel, transposeJoin, transposeReduction } from './transpose-sink.ts'

const there = { perm: [0, 2, 3, 1] }
const back = { perm: [0, 3, 1, 2] }

passTest(transposeCancel, [
  {
    name: 'through a chain with constants of lower rank',
    graph: (b, g) => {
      const t = b.node('Transpose', [g.input('x', ['N', 3, 4, 5])], there)
      const u = b.node('Relu', [
        b.node('Add', [b.node('Mul', [t, g.weights([3])]), b.literal('float32', 0.5)]),
      ])
      return b.node('Transpose', [b.node('HardSwish', [u])], back)
    },
    becomes: ['Mul', 'Add', 'Relu', 'HardSwish'],
    with: [constantFolding],
  },
  {
    name: 'through a gate',
    graph: (b, g) => {
      const t = b.node('Transpose', [g.input('x', ['N', 3, 4, 5])], there)
      return b.node('Transpose', [b.node('Mul', [t, b.node('Sigmoid', [t])])], back)
    },
    becomes: ['Sigmoid', 'Mul'],
  },
  {
    name: 'through a reduction that keeps its axes',
    graph: (b, g) => {
      const t = b.node('Transpose', [g.input('x', ['N', 3, 4, 5])], there)
      return b.node('Transpose', [b.node('ReduceMax', [t, b.literal('int64', [1, -1])])], back)
    },
    becomes: ['ReduceMax'],
  },
  {
    name: 'into another value where that leaves fewer',
    graph: (b, g) => {
      const t = b.node('Transpose', [g.input('x', ['N', 3, 4, 5])], there)
      return b.node('Transpose', [b.node('Add', [t, g.input('z', ['N', 4, 5, 3])])], back)
    },
    becomes: ['Transpose', 'Add'],
  },
  {
    name: 'not where others read the chain',
    graph: (b, g) => {
      const u = b.node('Relu', [b.node('Transpose', [g.input('x', ['N', 3, 4, 5])], there)])
      return [b.node('Transpose', [u], back), u]
    },
    because: 'no Transpose would go away',
  },
  {
    name: 'not a value of lower rank that is computed',
    graph: (b, g) => {
      const t = b.node('Transpose', [g.input('x', ['N', 3, 4, 5])], there)
      return b.node('Transpose', [b.node('Add', [t, g.input('z', [3])])], back)
    },
    because: 'no Transpose would go away',
  },
  {
    name: 'not through Softmax',
    graph: (b, g) => b.node('Transpose', [b.node('Softmax', [b.node('Transpose', [g.input('x', [2, 3])])])]),
    because: 'no Transpose would go away',
  },
])

passTest(transposeJoin, [
  {
    name: 'two of a kind',
    graph: (b, g) =>
      b.node('Add', [
        b.node('Transpose', [g.input('x', ['N', 3, 4, 5])], there),
        b.node('Transpose', [g.input('z', [1, 3, 1, 5])], there),
      ]),
    becomes: ['Add', 'Transpose'],
  },
  {
    name: 'not of different kinds',
    graph: (b, g) =>
      b.node('Add', [
        b.node('Transpose', [g.input('x', [2, 2, 2])], { perm: [1, 0, 2] }),
        b.node('Transpose', [g.input('z', [2, 2, 2])], { perm: [0, 2, 1] }),
      ]),
    because: 'no Transpose would go away',
  },
])

passTest(transposeReduction, [
  {
    name: 'without the axes',
    graph: (b, g) =>
      b.node(
        'ReduceMean',
        [b.node('Transpose', [g.input('x', ['N', 3, 4, 5])], there), b.literal('int64', [1, 2])],
        { keepdims: 0 },
      ),
    becomes: ['ReduceMean'],
  },
  {
    name: 'with a smaller Transpose',
    graph: (b, g) =>
      b.node(
        'ReduceSum',
        [b.node('Transpose', [g.input('x', ['N', 3, 4, 5])], there), b.literal('int64', [1])],
        { keepdims: 0 },
      ),
    becomes: ['ReduceSum', 'Transpose'],
  },
  {
    name: 'of all axes',
    graph: (b, g) => b.node('ReduceMin', [b.node('Transpose', [g.input('x', ['N', 3])])], { keepdims: 0 }),
    becomes: ['ReduceMin'],
    tolerance: { relative: 1e-5, absolute: 1e-6 },
  },
  {
    name: 'not axes that come from outside',
    graph: (b, g) =>
      b.node('ReduceSum', [b.node('Transpose', [g.input('x', [2, 3])]), g.input('a', [1], 'int64')]),
    inputs: { a: { kind: 'tensor', dtype: 'int64', shape: [1], data: BigInt64Array.of(1n) } },
    because: 'the axes must be constants',
  },
])

passTest(transposeReshape, [
  {
    name: 'axes of size 1',
    graph: (b, g) => b.node('Transpose', [g.input('x', ['N', 1, 4, 5])], there),
    becomes: ['Reshape'],
  },
  {
    name: 'not a named size that may be larger',
    graph: (b, g) => b.node('Transpose', [g.input('x', ['N', 'C', 4, 5])], there),
    because: 'must keep their order',
  },
])
