import { f32, flat, i64, u8 } from '../testing/literals.ts'
import { opTest } from '../testing/op-test.ts'
import { bitwiseAnd } from './bitwise-and.ts'
import { bitwiseOr } from './bitwise-or.ts'
import { bitwiseXor } from './bitwise-xor.ts'

const top = 2n ** 63n

for (const [op, small, signed, large] of [
  [bitwiseAnd, [8, 2], [-1n & 5n, -8n & 5n], top],
  [bitwiseOr, [14, 14], [-1n, -3n], top + 1n],
  [bitwiseXor, [6, 12], [-6n, -3n], 1n],
] as const) {
  opTest(op, {
    cases: [
      {
        name: 'works bit by bit with broadcasting',
        inputs: { A: u8([12, 6]), B: u8([[10]]) },
        outputs: { C: u8([small]) },
      },
      {
        name: 'extends the sign of int64',
        inputs: { A: i64([-1, -8]), B: i64([5]) },
        outputs: { C: i64(signed) },
      },
      {
        name: 'keeps the top bit of uint64',
        inputs: { A: flat('uint64', [1], [top]), B: flat('uint64', [1], [top + 1n]) },
        outputs: { C: flat('uint64', [1], [large]) },
      },
      {
        name: 'keeps the top bit of uint32',
        inputs: { A: flat('uint32', [1], [2 ** 31]), B: flat('uint32', [1], [2 ** 31 + 1]) },
        outputs: { C: flat('uint32', [1], [large >= top ? Number(large - top) + 2 ** 31 : 1]) },
      },
    ],
    symbolic: [{ name: 'broadcasts', inputs: { A: 'int8[N,1]', B: 'int8[3]' }, outputs: ['int8[N,3]'] }],
    invalid: [
      { name: 'floats', inputs: { A: f32([1]), B: f32([1]) }, code: 'SLP-O2', message: 'A must be one of' },
    ],
  })
}
