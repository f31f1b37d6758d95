import { flat } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { flatten } from './flatten.ts'

const of = (...shape: number[]) => flat('float32', shape, [1, 0, 1, 1, 0, 1])

opTest(flatten, {
  cases: [
    { name: 'after the first axis', inputs: { input: of(1, 2, 3) }, outputs: { output: of(1, 6) } },
    { name: 'at 0', inputs: { input: of(2, 3) }, attrs: { axis: 0 }, outputs: { output: of(1, 6) } },
    { name: 'at the rank', inputs: { input: of(2, 3) }, attrs: { axis: 2 }, outputs: { output: of(6, 1) } },
    {
      name: 'from the end',
      inputs: { input: of(1, 2, 3) },
      attrs: { axis: -1 },
      outputs: { output: of(2, 3) },
    },
  ],
  symbolic: [
    { name: 'products', inputs: { input: 'int8[N,3,H]' }, outputs: ['int8[N,3*H]'] },
    {
      name: 'two axes of an unknown rank',
      inputs: { input: 'int8[*]' },
      outputs: ['int8[node.rows,node.columns1]'],
    },
  ],
  invalid: [
    {
      name: 'an axis outside',
      inputs: { input: of(2, 3) },
      attrs: { axis: 3 },
      code: 'SLP-O2',
      message: 'axis must lie in [-2, 2], got 3',
    },
  ],
})
