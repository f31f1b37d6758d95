import { expect } from 'vitest'
import { passTest } from '../../testing/pass-test.ts'
import { commonSubexpression } from './common-subexpression.ts'
import { deadCode } from './dead-code.ts'
import { dropout } from './dropout.ts'
import { identity } from './identity.ts'
import { noOpArithmetic } from './no-op-arithmetic.ts'
import { noOpCast } from './no-op-cast.ts'
import { noOpShape } from './no-op-shape.ts'
import { noOpTranspose } from './no-op-transpose.ts'
import { noOpVariadic } from './no-op-variadic.ts'
import { repeated } from './repeated.ts'
import { sharedConstants } from './shared-constants.ts'
import { sumOfTwo } from './sum-of-two.ts'

passTest(deadCode, [
  {
    name: 'nodes, random ones too, and constants',
    graph:
      'graph g(x: float32[2]) -> (y) { const k = float32[1](1) a = Neg(x) b = Mul(a, k) r = RandomNormalLike(x) y = Abs(x) }',
    becomes: ['Abs'],
    check: ({ constants }) => expect(constants.size).toBe(0),
  },
  {
    name: 'not what a body captures, nor the default of an input',
    graph: `graph g(c: bool[], x: float32[2], d: float32[2]) -> (y) {
      const d = float32[2](1, 2)
      t = Neg(x)
      y = If(c) {then_branch: graph a() -> (p) { p = Abs(t) }, else_branch: graph b() -> (q) { q = Relu(t) }}
    }`,
  },
])

passTest(identity, [
  {
    name: 'a chain',
    graph: 'graph g(x: float32[N]) -> (y) { a = Identity(x) b = Identity(a) y = Neg(b) }',
    becomes: ['Neg'],
  },
])

passTest(dropout, [
  {
    name: 'outside training',
    graph: 'graph g(x: float32[N]) -> (y) { a = Dropout(x) y = Neg(a) }',
    becomes: ['Neg'],
  },
  {
    name: 'with the mask unread and training off',
    graph:
      'graph g(x: float32[N]) -> (y) { const r = float32[](0.5) const t = bool[](0) a, m = Dropout(x, r, t) y = Neg(a) }',
    becomes: ['Neg'],
  },
  {
    name: 'not in training',
    graph:
      'graph g(x: float32[N]) -> (y) { const r = float32[](0) const t = bool[](1) a = Dropout(x, r, t) y = Neg(a) }',
    because: 'training_mode must be absent',
  },
  {
    name: 'not where the mask is read',
    graph: 'graph g(x: float32[N]) -> (y, m) { a, m = Dropout(x) y = Neg(a) }',
    because: 'must not be read',
  },
])

passTest(noOpCast, [
  {
    name: 'to the same type',
    graph: 'graph g(x: float32[N]) -> (y) { a = Cast(x) {to: 1} y = Neg(a) }',
    becomes: ['Neg'],
  },
  {
    name: 'not to another',
    graph: 'graph g(x: float32[N]) -> (y) { y = Cast(x) {to: 10} }',
    because: 'x must be float16',
  },
])

passTest(noOpShape, [
  {
    name: 'a named size that stays',
    graph:
      'graph g(x: float32[N,3]) -> (y) { const s = int64[2](0, 3) a = Reshape(x, s) const p = int64[4](0, 0, 0, 0) b = Pad(a, p) c = Flatten(b) y = Neg(c) }',
    becomes: ['Neg'],
  },
  {
    name: 'a slice of all',
    graph:
      'graph g(x: float32[N,3]) -> (y) { const s = int64[1](0) const e = int64[1](9) const a = int64[1](1) t = Slice(x, s, e, a) y = Neg(t) }',
    becomes: ['Neg'],
  },
  {
    name: 'not a slice that turns the order',
    graph:
      'graph g(x: float32[2,3]) -> (y) { const s = int64[1](9) const e = int64[1](-9) const a = int64[1](1) const t = int64[1](-1) y = Slice(x, s, e, a, t) }',
    because: 'steps must be the constant 1',
  },
  {
    name: 'not pads that shift',
    graph: 'graph g(x: float32[2,3]) -> (y) { const p = int64[4](0, 1, 0, -1) y = Pad(x, p) }',
    because: 'pads must be the constant 0',
  },
  {
    name: 'not a size that may differ',
    graph: 'graph g(x: float32[N,3], s: int64[2]) -> (y) { y = Expand(x, s) }',
    inputs: { s: { kind: 'tensor', dtype: 'int64', shape: [2], data: BigInt64Array.of(1n, 3n) } },
    because: 'the shape must stay the same',
  },
])

passTest(noOpTranspose, [
  {
    name: 'the order of the axes',
    graph: 'graph g(x: float32[N,3]) -> (y) { a = Transpose(x) {perm: [0, 1]} y = Neg(a) }',
    becomes: ['Neg'],
  },
  {
    name: 'not another order',
    graph: 'graph g(x: float32[N,3]) -> (y) { y = Transpose(x) }',
    because: 'perm must keep',
  },
])

passTest(noOpVariadic, [
  {
    name: 'one of many',
    graph:
      'graph g(x: float32[N,2]) -> (y) { a = Concat(x) {axis: 1} b = Sum(a) c = Max(b) d = Split(c) {num_outputs: 1} y = Neg(d) }',
    becomes: ['Neg'],
  },
  {
    name: 'not several',
    graph: 'graph g(x: float32[N,2]) -> (a, b) { a, b = Split(x) {num_outputs: 2, axis: 1} }',
    because: 'one output',
  },
])

passTest(noOpArithmetic, [
  {
    name: 'the neutral elements',
    graph: `graph g(x: float32[N,2]) -> (y) {
      const one = float32[1,1](1) const ones = float32[2](1, 1) const none = float32[](0) const minus = float32[](-0)
      a = Mul(one, x) b = Div(a, ones) c = Sub(b, none) d = Add(c, minus) e = Pow(d, one) y = Neg(e)
    }`,
    becomes: ['Neg'],
  },
  {
    name: 'integers plus 0',
    graph: 'graph g(x: int32[N]) -> (y) { const k = int32[](0) a = Add(x, k) y = Neg(a) }',
    becomes: ['Neg'],
  },
  {
    name: 'not a float plus 0, which turns -0 into 0',
    graph: 'graph g(x: float32[N]) -> (y) { const k = float32[](0) y = Add(x, k) }',
    because: 'must be -0 everywhere',
  },
  { name: 'not 1 / x', graph: 'graph g(x: float32[N]) -> (y) { const k = float32[](1) y = Div(k, x) }' },
  {
    name: 'not what enlarges the shape',
    graph: 'graph g(x: float32[N]) -> (y) { const k = float32[1,1](1) y = Mul(x, k) }',
    because: 'must not enlarge the shape',
  },
  {
    name: 'not the default of a graph input',
    graph: 'graph g(x: float32[N], k: float32[]) -> (y) { const k = float32[](1) y = Mul(x, k) }',
  },
])

passTest(repeated, [
  {
    name: 'what is done twice, and undone',
    graph:
      'graph g(x: float32[N]) -> (y) { a = Relu(x) b = Relu(a) c = Neg(b) d = Neg(c) e = Abs(d) f = Abs(e) y = Exp(f) }',
    becomes: ['Relu', 'Abs', 'Exp'],
    tolerance: { relative: 1e-6, absolute: 0 },
  },
])

passTest(sumOfTwo, [
  { name: 'two', graph: 'graph g(x: float32[N], z: float32[1]) -> (y) { y = Sum(x, z) }', becomes: ['Add'] },
  { name: 'not three', graph: 'graph g(x: float32[N]) -> (y) { y = Sum(x, x, x) }' },
])

passTest(commonSubexpression, [
  {
    name: 'chains of equal nodes, in bodies too',
    graph: `graph g(c: bool[], x: float32[N,3]) -> (y, z) {
      a = Softmax(x) {axis: 1} b = Softmax(x) {axis: 1}
      p = Neg(a) q = Neg(b)
      y = Add(p, q)
      z = If(c) {then_branch: graph t() -> (r) { r = Abs(q) }, else_branch: graph e() -> (s) { s = Neg(b) }}
    }`,
    becomes: ['Softmax', 'Neg', 'Add', 'If'],
  },
  {
    name: 'not with other attributes',
    graph:
      'graph g(x: float32[N,3]) -> (y) { a = Softmax(x) {axis: 1} b = Softmax(x) {axis: 0} y = Add(a, b) }',
  },
  {
    name: 'not random operators',
    graph:
      'graph g(x: float32[N]) -> (y) { a = RandomNormalLike(x) {seed: 1.5} b = RandomNormalLike(x) {seed: 1.5} y = Sub(a, b) }',
    because: 'need not give equal outputs',
  },
  {
    name: 'not barriers, nor what is computed behind them',
    graph:
      'graph g(x: float32[N], t: float32[1]) -> (y) { a = ai.slipway.Barrier(x, t) b = ai.slipway.Barrier(x, t) c = Neg(a) d = Neg(b) y = Sub(c, d) }',
    because: 'keep apart',
  },
  {
    name: 'not outputs of the graph',
    graph: 'graph g(x: float32[N]) -> (a, b) { a = Neg(x) b = Neg(x) }',
    because: 'must keep its name',
  },
  {
    name: 'not where another output is wanted',
    graph:
      'graph g(x: float32[4]) -> (y) { const k = int64[1](2) a, i = TopK(x, k) b, _ = TopK(x, k) c = Cast(i) {to: 1} d = Add(a, c) y = Add(d, b) }',
  },
])

passTest(sharedConstants, [
  {
    name: 'equal bit by bit',
    graph:
      'graph g(x: float32[2]) -> (y) { const k = float32[2](1, 2) const l = float32[2](1, 2) const m = float32[1](0) const n = float32[1](-0) a = Add(x, k) b = Mul(a, l) c = Add(b, m) y = Add(c, n) }',
    becomes: ['Add', 'Mul', 'Add', 'Add'],
    check: ({ constants }) => expect([...constants.keys()]).toEqual(['k', 'm', 'n']),
  },
])
