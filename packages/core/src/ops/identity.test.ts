import { tensorType } from '../base/value.ts'
import { f32, str } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { identity } from './identity.ts'

const sequence = { kind: 'sequence', element: tensorType('float32'), items: [f32([1]), f32([[2]])] } as const
const empty = { kind: 'optional', element: tensorType('float32', [1]) } as const

opTest(identity, {
  cases: [
    { name: 'a tensor', inputs: { input: f32([[1, 2]]) }, outputs: { output: f32([[1, 2]]) } },
    { name: 'strings', inputs: { input: str(['a']) }, outputs: { output: str(['a']) } },
    { name: 'a sequence', inputs: { input: sequence }, outputs: { output: sequence } },
    { name: 'an empty optional', inputs: { input: empty }, outputs: { output: empty } },
  ],
  symbolic: [{ name: 'keeps names', inputs: { input: 'int8[N]' }, outputs: ['int8[N]'] }],
})
