import { f32, i64, str } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { barrier } from './barrier.ts'

opTest(barrier, {
  cases: [
    { name: 'alone', inputs: { input: f32([[1, 2]]) }, outputs: { output: f32([[1, 2]]) } },
    {
      name: 'with a token',
      inputs: { input: i64([1, 2]), token: str(['a']) },
      outputs: { output: i64([1, 2]) },
    },
  ],
  symbolic: [{ name: 'keeps names', inputs: { input: 'int8[N]' }, outputs: ['int8[N]'] }],
})
