import { expect, it } from 'vitest'
import { elementCount, type Shape, stridesOf } from '../base/shape.ts'
import { narrow, widen } from '../base/wide.ts'
import { randomStream } from '../ops/random.ts'
import { zipElements } from '../ops/shared/elementwise.ts'
import { difference } from '../testing/close.ts'
import { generator } from '../testing/gen.ts'
import { recorder } from '../testing/run-calls.ts'
import { testTargets } from '../testing/targets.ts'
import { i32, load, op } from '../wasm/index.ts'
import { makeEpilogue, viewStrides } from './epilogue.ts'
import { apply1, apply2, convert, input } from './formula.ts'
import { defineKernel } from './kernel.ts'
import type { BoundEpilogue } from './lower.ts'
import { portableTarget } from './target.ts'

const [result, extra] = [input(0, 'float32'), input(1, 'float32')]
const formula = apply2('mul', apply1('sigmoid', result), extra)

it.each([
  [
    [2, 3, 4, 5],
    [60, 20, 5, 1],
    [2, 3, 20],
    [60, 20, 1],
  ],
  [
    [2, 3, 4, 5],
    [0, 1, 0, 0],
    [2, 3, 20],
    [0, 1, 0],
  ],
  [
    [2, 3, 4, 5],
    [0, 0, 0, 1],
    [24, 5],
    [0, 1],
  ],
  [[2, 3, 4, 5], [0, 0, 0, 1], [2, 60], undefined],
  [
    [24, 5],
    [0, 1],
    [2, 3, 4, 5],
    [0, 0, 0, 1],
  ],
  [
    [24, 5],
    [1, 0],
    [2, 12, 5],
    [12, 1, 0],
  ],
  [[6], [1], [1, 6, 1], [0, 1, 0]],
  [
    [4, 6],
    [6, 1],
    [3, 8],
    [8, 1],
  ],
  [[4, 6], [1, 0], [3, 8], undefined],
  [[], [], [1, 1], [0, 0]],
] as const)('sees [%s] of strides [%s] as [%s]', (shape, strides, view, expected) => {
  expect(viewStrides(shape, strides, view)).toEqual(expected)
})

/** Copies x to y through an epilogue, along the last axis of the view: by vectors as far as they go. */
const copyWith = (epilogue: BoundEpilogue, rank: number) =>
  defineKernel({
    key: `copy ${epilogue.key}`,
    params: {
      x: 'in',
      y: 'out',
      columns: 'i32',
      rows: 'i32',
      ...epilogue.params,
    },
    emit(k) {
      const { f } = k
      const columns = f.let(k.arg('columns'))
      const row = f.local('i32')
      const column = f.local('i32')
      f.for(row, 0, k.arg('rows'), 1, () => {
        const inner = [row, column]
        const indices =
          rank === 3 ? [op('i32.div_u', row, i32(3)), op('i32.rem_u', row, i32(3)), column] : inner
        const at = (name: 'x' | 'y') =>
          op(
            'i32.add',
            k.arg(name),
            op('i32.shl', op('i32.add', op('i32.mul', row, columns), column), i32(2)),
          )
        f.for(column, 0, op('i32.and', columns, i32(-4)), 4, () =>
          f.store('v128.store', at('y'), epilogue.vector(k, load('v128.load', at('x')), indices)),
        )
        f.for(column, op('i32.and', columns, i32(-4)), columns, 1, () =>
          f.store('f32.store', at('y'), epilogue.scalar(k, load('f32.load', at('x')), indices)),
        )
      })
    },
  })

it.each(testTargets())('applies to each element with what belongs to it on %o', (target) => {
  const random = generator(randomStream(5))
  const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))
  for (const [shape, own, view] of [
    [[6, 9], [9], [6, 9]],
    [
      [6, 9],
      [6, 1],
      [6, 9],
    ],
    [
      [2, 3, 9],
      [3, 1],
      [2, 3, 9],
    ],
    [
      [2, 3, 3, 3],
      [2, 3, 3, 3],
      [2, 3, 9],
    ],
    [[2, 3, 3, 3], [], [2, 3, 9]],
  ] as readonly (readonly [Shape, Shape, Shape])[]) {
    const [x, other] = [random.tensor('float32', shape, { finite: false }), random.tensor('float32', own)]
    const r = recorder(target)
    const bound = makeEpilogue(formula, [r.ref(other)], shape).bind(view)!
    const y = r.result('float32', shape)
    const columns = view.at(-1)!
    const args = { x: r.ref(x).at, y: y.at, columns, rows: elementCount(view) / columns, ...bound.args }
    r.context.call(copyWith(bound, view.length), args as never, 1)
    const expected = narrow(zipElements(widen(x), widen(other), { float: (a, b) => sigmoid(a) * b }))
    const why = difference(r.run([y])[0]!, expected, { relative: 1e-5, absolute: 1e-6 })
    expect(why, `[${shape}] with [${own}] as [${view}], ${stridesOf(own)}`).toBe(undefined)
  }
})

it('gives nothing where an operand does not lie along the view, or the result is no float32', () => {
  const r = recorder(portableTarget)
  const whole = makeEpilogue(convert(result, 'int32'), [], [4])
  expect(whole.bind([4])).toBe(undefined)
  const epilogue = makeEpilogue(formula, [r.result('float32', [5])], [4, 3, 5])
  expect(epilogue.bind([4, 15])).toBe(undefined)
  expect(epilogue.bind([60, 1])).toBe(undefined)
  expect(epilogue.bind([12, 5])).toBeDefined()
})
