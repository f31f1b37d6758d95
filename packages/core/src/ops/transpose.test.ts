import { flat } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { transpose } from './transpose.ts'

const data = flat('float32', [1, 2, 3], [0, 1, 1, 0, 0, 1])

opTest(transpose, {
  cases: [
    {
      name: 'reverses',
      inputs: { data },
      outputs: { transposed: flat('float32', [3, 2, 1], [0, 0, 1, 0, 1, 1]) },
    },
    {
      name: 'permutes',
      inputs: { data: flat('int8', [2, 3], [0, 1, 2, 3, 4, 5]) },
      attrs: { perm: [1, 0] },
      outputs: { transposed: flat('int8', [3, 2], [0, 3, 1, 4, 2, 5]) },
    },
    {
      name: 'complex elements',
      inputs: { data: flat('complex64', [1, 2], [1, 2, 3, 4]) },
      outputs: { transposed: flat('complex64', [2, 1], [1, 2, 3, 4]) },
    },
    {
      name: 'nothing',
      inputs: { data: flat('int8', [0, 2], []) },
      outputs: { transposed: flat('int8', [2, 0], []) },
    },
    {
      name: 'a scalar',
      inputs: { data: flat('int8', [], [7]) },
      outputs: { transposed: flat('int8', [], [7]) },
    },
  ],
  symbolic: [
    { name: 'names', inputs: { data: 'int8[N,2,H]' }, attrs: { perm: [2, 0, 1] }, outputs: ['int8[H,N,2]'] },
    {
      name: 'rank from perm',
      inputs: { data: 'int8[*]' },
      attrs: { perm: [1, 0] },
      outputs: ['int8[node.size,node.size1]'],
    },
    { name: 'unknown rank', inputs: { data: 'int8[*]' }, outputs: ['int8[*]'] },
  ],
  random: (g) => ({ inputs: { data: g.tensor('float32', g.shape()) } }),
  invalid: [
    {
      name: 'an axis twice',
      inputs: { data },
      attrs: { perm: [0, 0, 1] },
      code: 'SLP-O2',
      message: 'perm must list each axis',
    },
  ],
})
