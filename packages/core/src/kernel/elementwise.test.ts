import { describe, expect, it } from 'vitest'
import type { DType } from '../base/dtype.ts'
import { broadcastShapes, elementCount, type Shape } from '../base/shape.ts'
import { narrow, widen } from '../base/wide.ts'
import { randomStream } from '../ops/random.ts'
import { zipElements } from '../ops/shared/elementwise.ts'
import { difference } from '../testing/close.ts'
import { generator } from '../testing/gen.ts'
import { flat } from '../testing/literals.ts'
import { recorder } from '../testing/run-calls.ts'
import { runFormula } from '../testing/run-formula.ts'
import { testTargets } from '../testing/targets.ts'
import { lowerElementwise } from './elementwise.ts'
import { apply1, apply2, choose, convert, type Formula, input, like, substitute } from './formula.ts'
import { portableTarget } from './target.ts'

const shapes: readonly (readonly Shape[])[] = [
  ...[0, 1, 3, 4, 5, 7, 8, 9, 31, 67].map((size) => [[size], [size]]),
  [[], []],
  [[5, 7], []],
  [[], [67]],
  [
    [5, 1],
    [1, 9],
  ],
  [
    [3, 1, 5],
    [7, 1],
  ],
  [
    [2, 3, 4, 5],
    [3, 1, 1],
  ],
  [
    [2, 1, 4, 1],
    [1, 3, 1, 5],
  ],
  [[31, 3], [3]],
  [[2, 0, 3], [1]],
  [
    [2, 1, 2, 1, 2, 1, 2],
    [1, 3, 1, 3, 1, 3, 1],
  ],
]

const [a, b] = [input(0, 'float32'), input(1, 'float32')]
/** Light enough to be unrolled, and not. */
const formulas: readonly (readonly [string, Formula, (a: number, b: number) => number])[] = [
  ['a + 2b', apply2('add', a, apply2('mul', b, like(2, b))), (x, y) => x + 2 * y],
  ['max(a, b) · √|b|', heavy(), (x, y) => (Math.max(x, y) * Math.sqrt(Math.abs(y))) / (1 + y * y)],
]

function heavy(): Formula {
  const product = apply2('mul', apply2('max', a, b), apply1('sqrt', apply1('abs', b)))
  return apply2('div', product, apply2('add', like(1, b), apply2('mul', b, b)))
}

const random = generator(randomStream(7))

describe.each(testTargets())('elementwise on %o', (target) => {
  it.each(formulas)('%s over every kind of broadcast', (_, formula, reference) => {
    for (const [left, right] of shapes) {
      const tensors = [left!, right!].map((shape) => random.tensor('float32', shape, { finite: false }))
      const shape = broadcastShapes(left!, right!)
      const got = runFormula(formula, tensors, target, shape)
      const expected = narrow(zipElements(widen(tensors[0]!), widen(tensors[1]!), { float: reference }))
      expect(difference(got, expected, { relative: 1e-6, absolute: 1e-6 }), `${left} with ${right}`).toBe(
        undefined,
      )
    }
  })
})

it('splits work into tasks that together do all of it', () => {
  for (const [left, right] of [
    [[200_003], [200_003]],
    [[301, 601], [601]],
    [
      [3, 100_001],
      [3, 1],
    ],
  ] as const) {
    const shape = broadcastShapes(left, right)
    const tensors = [left, right].map((own) =>
      flat(
        'float32',
        own,
        Array.from({ length: elementCount(own) }, (_, i) => i % 1000),
      ),
    )
    const r = recorder(portableTarget, 2)
    const output = r.result('float32', shape)
    const refs = tensors.map((value) => r.ref(value))
    expect(lowerElementwise(r.context, apply2('add', a, b), refs, output)).toBe(undefined)
    expect(r.calls[0]!.tasks).toBeGreaterThan(1)
    const expected = narrow(zipElements(widen(tensors[0]!), widen(tensors[1]!), { float: (x, y) => x + y }))
    expect(difference(r.run([output])[0]!, expected)).toBe(undefined)
  }
})

it('computes shared parts once, and has one key for all sizes', () => {
  const exp = apply1('exp', a)
  const twice = apply2('mul', exp, exp)
  const deep = Array.from({ length: 40 }).reduce<Formula>((sum) => apply2('add', sum, sum), twice)
  const got = runFormula(
    substitute(deep, () => a),
    [flat('float32', [2], [0, 1])],
    portableTarget,
  )
  expect(Number(got.data[0])).toBe(2 ** 40)
  const keys = [5, 64, 100_000].map((size) => {
    const r = recorder(portableTarget)
    lowerElementwise(r.context, twice, [r.result('float32', [size])], r.result('float32', [size]))
    return r.calls[0]!.kernel.key
  })
  expect(new Set(keys).size).toBe(1)
})

const dtypes: readonly DType[] = [
  'float32',
  'float64',
  'float16',
  'bfloat16',
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
  'uint64',
  'bool',
]

it('names the dtypes that it does not compute with', () => {
  const r = recorder(portableTarget)
  const [x, y] = [r.result('float8e4m3fn', [2]), r.result('float32', [2])]
  expect(lowerElementwise(r.context, convert(input(0, 'float8e4m3fn'), 'float32'), [x], y)).toBe(
    'dtype float8e4m3fn',
  )
  expect(r.calls).toEqual([])
})

it.each(dtypes)('chooses between elements of %s', (dtype) => {
  for (const size of [1, 4, 9]) {
    const [yes, no] = [random.tensor(dtype, [size]), random.tensor(dtype, [size])]
    const mask = random.tensor('bool', [size])
    const formula = choose(input(0, 'bool'), input(1, dtype), input(2, dtype))
    const got = runFormula(formula, [mask, yes, no], portableTarget)
    const pick = (i: number) => (mask.data[i] ? yes : no).data[i]
    expect(Array.from(got.data as ArrayLike<unknown>)).toEqual(
      Array.from({ length: size }, (_, i) => pick(i)),
    )
  }
})
