/** What a pool does with the elements of a window, four windows at a time. */
import { type FunctionBuilder, f32x4, type Local, type Operand, op } from '../../wasm/index.ts'

type State = readonly Local<'v128'>[]
type Vector = Operand<'v128'>

export interface Pooling {
  readonly name: string
  /** What padding holds. */
  readonly padding: number
  /** The result is divided by the number of elements. */
  readonly isMean: boolean
  start(f: FunctionBuilder): State
  /** Takes in elements. */
  add(f: FunctionBuilder, state: State, x: Vector): void
  /** Takes in what `value` gave of a part of the window. */
  merge(f: FunctionBuilder, state: State, value: Vector): void
  value(state: State): Vector
  finish(value: Vector): Vector
}

function summing(
  name: string,
  map: (f: FunctionBuilder, x: Vector) => Vector,
  finish: (sum: Vector) => Vector = (sum) => sum,
  isMean = false,
): Pooling {
  return {
    name,
    padding: 0,
    isMean,
    start: (f) => [f.let(f32x4(0))],
    add: (f, [sum], x) => f.set(sum!, op('f32x4.add', sum!, map(f, x))),
    merge: (f, [sum], value) => f.set(sum!, op('f32x4.add', sum!, value)),
    value: ([sum]) => sum!,
    finish,
  }
}

export const mean = summing(
  'mean',
  (_, x) => x,
  (sum) => sum,
  true,
)

export const norm1 = summing('norm1', (_, x) => op('f32x4.abs', x))

export const norm2 = summing(
  'norm2',
  (f, x) => {
    const value = f.let(x)
    return op('f32x4.mul', value, value)
  },
  (sum) => op('f32x4.sqrt', sum),
)

/**
 * NaN wins over everything. The instruction that says so compiles to many; it is cheaper to note beside a plain maximum
 * which windows met a NaN: all bits set are one.
 */
const addToMaximum: Pooling['add'] = (f, [most, nan], x) => {
  const value = f.let(x)
  f.set(most!, op('f32x4.pmax', most!, value))
  f.set(nan!, op('v128.or', nan!, op('f32x4.ne', value, value)))
}

export const maximum: Pooling = {
  name: 'maximum',
  padding: Number.NEGATIVE_INFINITY,
  isMean: false,
  start: (f) => [f.let(f32x4(Number.NEGATIVE_INFINITY)), f.let(f32x4(0))],
  add: addToMaximum,
  merge: addToMaximum,
  value: ([most, nan]) => op('v128.or', most!, nan!),
  finish: (value) => value,
}
