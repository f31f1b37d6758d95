import { expect, it } from 'vitest'
import type { DType } from '../base/dtype.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import { type Tensor, tensor } from '../base/tensor.ts'
import { narrow, widen } from '../base/wide.ts'
import { randomStream } from '../ops/random.ts'
import { zipElements } from '../ops/shared/elementwise.ts'
import { reduceTensor, sumOf } from '../ops/shared/reduce.ts'
import { difference } from '../testing/close.ts'
import { generator } from '../testing/gen.ts'
import { i64 } from '../testing/literals.ts'
import { recorder } from '../testing/run-calls.ts'
import { testTargets } from '../testing/targets.ts'
import { apply2, type Formula, input, like, type Reduction } from './formula.ts'
import { lowerReduction } from './reduce.ts'
import { portableTarget, type Target } from './target.ts'

interface Run {
  readonly reduction: Reduction
  readonly producer: Formula
  readonly inputs: readonly Tensor[]
  readonly shape: Shape
}

function run({ reduction, producer, inputs, shape }: Run, target: Target, threads: number): Tensor {
  const r = recorder(target, threads)
  const kept = shape.map((size, axis) => (reduction.axes.includes(axis) ? 1 : size))
  const output = r.result(producer.dtype, kept)
  const refs = inputs.map((value) => r.ref(value))
  expect(lowerReduction(r.context, reduction, producer, refs, shape, output)).toBe(undefined)
  return r.run([output])[0]!
}

const sum = (axes: readonly number[]): Reduction => ({
  axes,
  combine: 'add',
  map: (x) => x,
  finish: (x) => x,
})
const most = (axes: readonly number[]): Reduction => ({ ...sum(axes), combine: 'max' })

/** Along and across, one axis and several, with ends that fill no vector. */
const cases: readonly (readonly [Shape, readonly number[]])[] = [
  ...[1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 67, 300].flatMap(
    (size): (readonly [Shape, readonly number[]])[] => [
      [[size], [0]],
      [[3, size], [1]],
      [[5, size], [0]],
    ],
  ),
  [
    [2, 3, 4, 5],
    [0, 2],
  ],
  [
    [2, 3, 4, 5],
    [1, 3],
  ],
  [
    [2, 3, 4, 5],
    [0, 1, 2, 3],
  ],
  [
    [2, 3, 19, 5],
    [0, 2, 3],
  ],
  [[2, 7, 3, 21], [1]],
  [
    [1, 1, 1],
    [0, 2],
  ],
  [[6, 1], [1]],
  [[3, 0, 2], [1]],
  [[3, 0, 2], [0]],
  [[600, 21], [0]],
]

const random = generator(randomStream(11))
const text = (list: readonly number[]) => `[${list}]`

it.each(testTargets())('reduces along any axes on %o', (target) => {
  for (const dtype of ['float32', 'int32', 'int64', 'float64'] as const satisfies readonly DType[])
    for (const [shape, axes] of cases) {
      const data = random.tensor(dtype, shape)
      const given = { data: widen(data), axes: widen(i64(axes)) }
      const attrs = { keepdims: 1, noop_with_empty_axes: 0 }
      const expected = narrow(
        reduceTensor(given, attrs, { float: sumOf, int: (group) => group.reduce((a, b) => a + b, 0n) }),
      )
      const one = { reduction: sum(axes), producer: input(0, dtype), inputs: [data], shape }
      const why = difference(run(one, target, 2), expected, { relative: 1e-5, absolute: 1e-4 })
      expect(why, `${dtype}${text(shape)} over ${text(axes)}`).toBe(undefined)
    }
})

it('lets NaN win and takes in infinities', () => {
  for (const [shape, axes] of cases) {
    const data = random.tensor('float32', shape, { finite: false })
    const expected = narrow(
      reduceTensor(
        { data: widen(data), axes: widen(i64(axes)) },
        { keepdims: 1, noop_with_empty_axes: 0 },
        { float: (group) => group.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY) },
      ),
    )
    const one = { reduction: most(axes), producer: input(0, 'float32'), inputs: [data], shape }
    expect(difference(run(one, portableTarget, 1), expected), text(shape)).toBe(undefined)
  }
})

it('reduces what a formula makes of inputs that broadcast', () => {
  const product = apply2(
    'mul',
    input(0, 'float32'),
    apply2('add', input(1, 'float32'), like(1, input(1, 'float32'))),
  )
  for (const [left, right, axes] of [
    [[4, 9], [9], [1]],
    [[4, 9], [4, 1], [1]],
    [[4, 9], [4, 1], [0]],
    [
      [2, 5, 7],
      [5, 1],
      [0, 2],
    ],
    [[2, 1, 7], [5, 1], [2]],
  ] as const) {
    const inputs = [random.tensor('float32', left), random.tensor('float32', right)]
    const whole = zipElements(widen(inputs[0]!), widen(inputs[1]!), { float: (a, b) => a * (b + 1) })
    const expected = narrow(
      reduceTensor(
        { data: whole, axes: widen(i64(axes)) },
        { keepdims: 1, noop_with_empty_axes: 0 },
        { float: sumOf },
      ),
    )
    const one = { reduction: sum(axes), producer: product, inputs, shape: whole.shape }
    const why = difference(run(one, portableTarget, 1), expected, { relative: 1e-5, absolute: 1e-4 })
    expect(why, `${text(left)} with ${text(right)} over ${text(axes)}`).toBe(undefined)
  }
})

it('keeps the digits of long sums, and splits them between threads', () => {
  const mean = (axes: readonly number[]): Reduction => ({
    ...sum(axes),
    finish: (total, count) => apply2('div', total, like(count, total)),
  })
  for (const shape of [[1_000_003], [250_000, 4]]) {
    const data = tensor(
      'float32',
      shape,
      Float32Array.from({ length: elementCount(shape) }, (_, i) => 3 + ((i * 7919) % 1000) / 999),
    )
    const expected = data.data.reduce((a, b) => a + b / data.data.length, 0)
    for (const threads of [1, 2]) {
      const axes = shape.map((_, axis) => axis)
      const got = run(
        { reduction: mean(axes), producer: input(0, 'float32'), inputs: [data], shape },
        portableTarget,
        threads,
      )
      expect(Math.abs(Number(got.data[0]) / expected - 1)).toBeLessThan(3e-7)
    }
  }
  const r = recorder(portableTarget, 2)
  const [x, y] = [r.result('float32', [1_000_003]), r.result('float32', [1])]
  lowerReduction(r.context, mean([0]), input(0, 'float32'), [x], x.shape, y)
  expect(r.calls.map(({ tasks }) => tasks)).toEqual([4, 1])
})
