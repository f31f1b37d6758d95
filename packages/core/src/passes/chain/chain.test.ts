import { expect } from 'vitest'
import { passTest } from '../../testing/pass-test.ts'
import { castCast } from './cast-cast.ts'
import { clamp, clampRelu } from './clamp.ts'
import { concatConcat } from './concat-concat.ts'
import { reshapeChain } from './reshape-chain.ts'
import { reshapeConstant } from './reshape-constant.ts'
import { sliceSlice } from './slice-slice.ts'
import { transposeTranspose } from './transpose-transpose.ts'

passTest(castCast, [
  {
    name: 'through a wider float',
    graph: 'graph g(x: float16[N]) -> (y) { a = Cast(x) {to: 1} y = Cast(a) {to: 10} }',
    becomes: ['Cast'],
  },
  {
    name: 'a small integer through a float',
    graph: 'graph g(x: int16[N]) -> (y) { a = Cast(x) {to: 1} y = Cast(a) {to: 7} }',
    becomes: ['Cast'],
  },
  {
    name: 'a bool',
    graph: 'graph g(x: bool[N]) -> (y) { a = Cast(x) {to: 3} y = Cast(a) {to: 1} }',
    becomes: ['Cast'],
  },
  {
    name: 'not through a narrower float',
    graph: 'graph g(x: float32[N]) -> (y) { a = Cast(x) {to: 10} y = Cast(a) {to: 1} }',
    because: 'must lose nothing',
  },
  {
    name: 'not an integer beyond the digits of a float',
    graph: 'graph g(x: int32[N]) -> (y) { a = Cast(x) {to: 1} y = Cast(a) {to: 7} }',
    because: 'must lose nothing',
  },
  {
    name: 'not a float through an integer',
    graph: 'graph g(x: float32[N]) -> (y) { a = Cast(x) {to: 7} y = Cast(a) {to: 1} }',
    because: 'must lose nothing',
  },
  {
    name: 'not a signed integer through an unsigned one',
    graph: 'graph g(x: int8[N]) -> (y) { a = Cast(x) {to: 4} y = Cast(a) {to: 7} }',
    because: 'must lose nothing',
  },
])

passTest(reshapeChain, [
  {
    name: 'with a named size',
    graph:
      'graph g(x: float32[N,3,4]) -> (y) { const s = int64[2](-1, 12) const t = int64[1](0) a = Reshape(x, s) b = Unsqueeze(a, t) y = Flatten(b) {axis: 2} }',
    becomes: ['Reshape'],
  },
  {
    name: 'with two named sizes, of which one stays in place',
    graph:
      'graph g(x: float32[N,M,4,3]) -> (y) { const s = int64[3](0, 0, 12) const t = int64[2](0, -1) a = Reshape(x, s) y = Reshape(a, t) }',
    becomes: ['Reshape'],
  },
  {
    name: 'of nothing',
    graph:
      'graph g(x: float32[0,3]) -> (y) { const s = int64[2](3, 0) a = Reshape(x, s) {allowzero: 1} y = Flatten(a) {axis: 0} }',
    becomes: ['Reshape'],
  },
  {
    name: 'where others read the first one',
    graph:
      'graph g(x: float32[2,6]) -> (a, y) { const s = int64[1](-1) const t = int64[2](3, 4) a = Reshape(x, s) y = Reshape(a, t) }',
    becomes: ['Reshape', 'Reshape'],
    check: ({ nodes }) => expect(nodes.map(({ inputs }) => inputs[0])).toEqual(['x', 'x']),
  },
  {
    name: 'not to several sizes that are only named',
    graph:
      'graph g(x: float32[N,M,P]) -> (y) { const u = int64[1](0) a = Unsqueeze(x, u) y = Unsqueeze(a, u) }',
    because: 'all sizes of the result but one',
  },
])

passTest(reshapeConstant, [
  {
    name: 'a computed batch size',
    graph: (b, g) => {
      const x = g.input('x', ['N', 3, 4])
      const batch = b.node('Gather', [b.node('Shape', [x]), b.literal('int64', [0])])
      return b.node('Reshape', [x, b.node('Concat', [batch, b.literal('int64', [-1])], { axis: 0 })])
    },
    becomes: ['Reshape'],
  },
  {
    name: 'not a shape that comes from outside',
    graph: 'graph g(x: float32[2,3], s: int64[2]) -> (y) { y = Reshape(x, s) }',
    inputs: { s: { kind: 'tensor', dtype: 'int64', shape: [2], data: BigInt64Array.of(3n, 2n) } },
    because: 'all sizes of the result but one',
  },
])

passTest(transposeTranspose, [
  {
    name: 'undone',
    graph:
      'graph g(x: float32[N,3,4]) -> (y) { a = Transpose(x) {perm: [0, 2, 1]} b = Transpose(a) {perm: [0, 2, 1]} y = Neg(b) }',
    becomes: ['Neg'],
  },
  {
    name: 'in one',
    graph:
      'graph g(x: float32[N,3,4]) -> (y) { a = Transpose(x) {perm: [1, 2, 0]} y = Transpose(a) {perm: [0, 2, 1]} }',
    becomes: ['Transpose'],
  },
])

const slice = (name: string, from: string, lists: readonly [string, string, string, string]) =>
  lists.map((list, i) => `const ${name}${i} = int64[${list.split(',').length}](${list})`).join('\n') +
  `\n${name} = Slice(${from}, ${name}0, ${name}1, ${name}2, ${name}3)`

passTest(sliceSlice, [
  {
    name: 'different axes, of any size',
    graph: `graph g(x: float32[N,M]) -> (b) { ${slice('a', 'x', ['0', '1', '0', '1'])} ${slice('b', 'a', ['-2', '9', '-1', '1'])} }`,
    becomes: ['Slice'],
  },
  ...(
    [
      [
        ['1', '9', '1', '1'],
        ['2', '5', '1', '1'],
      ],
      [
        ['1', '20', '1', '3'],
        ['1', '3', '1', '1'],
      ],
      [
        ['-1', '-20', '1', '-1'],
        ['2', '7', '1', '2'],
      ],
      [
        ['-1', '-20', '1', '-2'],
        ['-1', '-20', '1', '-1'],
      ],
      [
        ['3', '-3', '1', '1'],
        ['-1', '-20', '1', '-3'],
      ],
      [
        ['9', '2', '1', '-1'],
        ['0', '100', '1', '1'],
      ],
    ] as const
  ).map(([first, second]) => ({
    name: `[${first}] and [${second}] of the same axis`,
    graph: `graph g(x: float32[2,12]) -> (b) { ${slice('a', 'x', first)} ${slice('b', 'a', second)} }`,
    becomes: ['Slice'],
  })),
  {
    name: 'up to ends beyond every size',
    graph: `graph g(x: float32[N,M]) -> (b) { ${slice('a', 'x', ['0', '9223372036854775807', '0', '2'])} ${slice('b', 'a', ['-1', '-9223372036854775807', '1', '-1'])} }`,
    becomes: ['Slice'],
  },
  {
    name: 'not the same axis of an unknown size',
    graph: `graph g(x: float32[N,3]) -> (b) { ${slice('a', 'x', ['0', '-1', '0', '1'])} ${slice('b', 'a', ['0', '1', '0', '1'])} }`,
    because: 'the size of axis 0 must be known',
  },
  {
    name: 'not where others read the first',
    graph: `graph g(x: float32[4,3]) -> (a, b) { ${slice('a', 'x', ['0', '-1', '0', '1'])} ${slice('b', 'a', ['0', '1', '0', '1'])} }`,
    because: 'must have one reader',
  },
  {
    name: 'not starts that come from outside',
    graph: `graph g(x: float32[4,3], s: int64[1]) -> (b) { const e = int64[1](2) a = Slice(x, s, e) ${slice('b', 'a', ['0', '1', '1', '1'])} }`,
    inputs: { s: { kind: 'tensor', dtype: 'int64', shape: [1], data: BigInt64Array.of(1n) } },
    because: 'must be constants',
  },
])

passTest(concatConcat, [
  {
    name: 'along the same axis, said in two ways',
    graph:
      'graph g(x: float32[N,2], z: float32[N,3]) -> (y) { a = Concat(x, z) {axis: 1} y = Concat(z, a, x) {axis: -1} }',
    becomes: ['Concat'],
  },
  {
    name: 'not along another axis',
    graph:
      'graph g(x: float32[2,2]) -> (y) { a = Concat(x, x) {axis: 0} b = Transpose(a) y = Concat(b, b) {axis: 0} }',
    because: 'with no other reader',
  },
  {
    name: 'not where several Reshapes read it',
    graph:
      'graph g(x: float32[2,2]) -> (y, z) { const s = int64[1](-1) a = Concat(x, x) {axis: 0} y = Reshape(a, s) z = Reshape(a, s) }',
    because: 'with no other reader',
  },
  {
    name: 'not where others read the first',
    graph:
      'graph g(x: float32[2,2]) -> (y, z) { a = Concat(x, x) {axis: 0} y = Concat(a, x) {axis: 0} z = Neg(a) }',
    because: 'with no other reader',
  },
])

passTest(clamp, [
  {
    name: 'Relu and Clip',
    graph:
      'graph g(x: float32[N]) -> (y) { const l = float32[](-1) const h = float32[](2) a = Relu(x) y = Clip(a, l, h) }',
    becomes: ['Clip'],
  },
  {
    name: 'Max and Min with bounds on either side',
    graph:
      'graph g(x: float32[N]) -> (y) { const l = float32[1](0) const h = float32[](6) a = Max(l, x) y = Min(a, h) }',
    becomes: ['Clip'],
  },
  {
    name: 'Clip and Relu',
    graph: 'graph g(x: float32[N]) -> (y) { const l = float32[](-1) a = Clip(x, l) y = Relu(a) }',
    becomes: ['Relu'],
  },
  {
    name: 'integers',
    graph:
      'graph g(x: int32[N]) -> (y) { const l = int32[](-1) const h = int32[](0) a = Max(x, l) y = Min(a, h) }',
    becomes: ['Clip'],
  },
  {
    name: 'not bounds that come from outside',
    graph: 'graph g(x: float32[N], l: float32[]) -> (y) { a = Relu(x) y = Clip(a, l) }',
    because: 'must be constants',
  },
  {
    name: 'not bounds that differ',
    graph: 'graph g(x: float32[2]) -> (y) { const l = float32[2](0, 1) a = Relu(x) y = Max(a, l) }',
    because: 'must be constants',
  },
  {
    name: 'not where others read the first',
    graph: 'graph g(x: float32[N]) -> (a, y) { const h = float32[](6) a = Relu(x) y = Min(a, h) }',
    because: 'must have one reader',
  },
  {
    name: 'not a bound that enlarges the shape',
    graph: 'graph g(x: float32[N]) -> (y) { const h = float32[1,1](6) a = Relu(x) y = Min(a, h) }',
    because: 'must not enlarge',
  },
])

passTest(clampRelu, [
  {
    name: 'Max and Clip',
    graph:
      'graph g(x: float32[N], z: float32[N]) -> (y, w) { const l = float32[](0) y = Max(l, x) w = Clip(z, l) }',
    becomes: ['Relu', 'Relu'],
  },
  {
    name: 'not unsigned integers',
    graph: 'graph g(x: uint8[N]) -> (y) { const l = uint8[](0) y = Max(l, x) }',
    because: 'must be signed',
  },
])
