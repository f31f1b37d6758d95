/** Formulas of gradient rules: calls that add nodes. Operands are names of values, or numbers of their type. */
import { dimsEqual } from '../base/dim.ts'
import { dtypeInfo } from '../base/dtype.ts'
import type { TypedBuilder } from '../ops/typed-builder.ts'

export type Operand = string | number

type Unary = (x: string) => string
type Binary = (a: Operand, b: Operand) => string

const unary = {
  abs: 'Abs',
  cos: 'Cos',
  cosh: 'Cosh',
  exp: 'Exp',
  log: 'Log',
  neg: 'Neg',
  not: 'Not',
  reciprocal: 'Reciprocal',
  sigmoid: 'Sigmoid',
  sign: 'Sign',
  sin: 'Sin',
  sinh: 'Sinh',
  sqrt: 'Sqrt',
  tanh: 'Tanh',
  shapeOf: 'Shape',
} as const

const binary = {
  add: 'Add',
  sub: 'Sub',
  mul: 'Mul',
  div: 'Div',
  pow: 'Pow',
  equal: 'Equal',
  less: 'Less',
  lessOrEqual: 'LessOrEqual',
  greater: 'Greater',
  greaterOrEqual: 'GreaterOrEqual',
} as const

export interface Maths
  extends Readonly<Record<keyof typeof unary, Unary>>,
    Readonly<Record<keyof typeof binary, Binary>> {
  matmul(a: string, b: string): string
  /** Where the condition holds the second, else the third; one of them must be a value. */
  where(condition: string, a: Operand, b: Operand): string
  and(a: string, b: string): string
  /** Over the axes, over all of them where none are given; axes stay, as ones, unless told otherwise. */
  sum(x: string, axes?: readonly number[], keepdims?: boolean): string
  mean(x: string, axes?: readonly number[], keepdims?: boolean): string
  max(x: string, axes?: readonly number[], keepdims?: boolean): string
  transpose(x: string, perm: readonly number[]): string
  /** A tensor of the size and shape that the value has. */
  reshapeLike(x: string, like: string): string
  reshape(x: string, shape: readonly number[] | string): string
  expandLike(x: string, like: string): string
  unsqueeze(x: string, axes: readonly number[]): string
  squeeze(x: string, axes: readonly number[]): string
  /** In the type of another value. */
  castLike(x: string, like: string): string
  /** A tensor of one number, in the shape and type of another value. */
  fullLike(like: string, value: number): string
  ints(list: readonly number[]): string
}

/** @param b Where the nodes go. */
export function mathsOf(b: TypedBuilder): Maths {
  const operands = (list: readonly Operand[]): string[] => {
    const like = list.find((one) => typeof one === 'string')
    if (like === undefined) throw new TypeError('one operand must be a value')
    return list.map((one) => (typeof one === 'string' ? one : b.literal(b.dtype(like), one)))
  }
  const ints = (list: readonly number[]) => b.literal('int64', list)
  const reduce =
    (op: string) =>
    (x: string, axes?: readonly number[], keepdims = true) =>
      axes?.length === 0 ? x : b.node(op, [x, axes && ints(axes)], { keepdims: keepdims ? 1 : 0 })
  const reshape: Maths['reshape'] = (x, shape) =>
    b.node('Reshape', [x, typeof shape === 'string' ? shape : ints(shape)])
  return {
    ...each(
      unary,
      (op): Unary =>
        (x) =>
          b.node(op, [x]),
    ),
    ...each(
      binary,
      (op): Binary =>
        (p, q) =>
          b.node(op, operands([p, q])),
    ),
    matmul: (p, q) => b.node('MatMul', [p, q]),
    where: (condition, p, q) => b.node('Where', [condition, ...operands([p, q])]),
    and: (p, q) => b.node('And', [p, q]),
    sum: reduce('ReduceSum'),
    mean: reduce('ReduceMean'),
    max: reduce('ReduceMax'),
    transpose: (x, perm) => (perm.every((axis, i) => axis === i) ? x : b.node('Transpose', [x], { perm })),
    reshape,
    reshapeLike: (x, like) => (sameShape(b, x, like) ? x : reshape(x, knownShape(b, like))),
    expandLike: (x, like) => (sameShape(b, x, like) ? x : b.node('Expand', [x, shapeValue(b, like)])),
    unsqueeze: (x, axes) => b.node('Unsqueeze', [x, ints(axes)]),
    squeeze: (x, axes) => b.node('Squeeze', [x, ints(axes)]),
    castLike: (x, like) =>
      b.dtype(x) === b.dtype(like) ? x : b.node('Cast', [x], { to: dtypeInfo(b.dtype(like)).code }),
    fullLike: (like, value) => b.node('Expand', [b.literal(b.dtype(like), value), shapeValue(b, like)]),
    ints,
  }
}

/** The shape of a value as numbers where it is known, else as a value. */
function knownShape(b: TypedBuilder, like: string): readonly number[] | string {
  const shape = b.shape(like)
  const sizes = shape.filter((size) => typeof size === 'number')
  return sizes.length === shape.length ? sizes : b.node('Shape', [like])
}

function shapeValue(b: TypedBuilder, like: string): string {
  const shape = knownShape(b, like)
  return typeof shape === 'string' ? shape : b.literal('int64', shape)
}

/** Whether two values are known to have the same shape. */
export function sameShape(b: TypedBuilder, x: string, y: string): boolean {
  const [p, q] = [b.shape(x), b.shape(y)]
  return p.length === q.length && p.every((size, i) => dimsEqual(size, q[i]!))
}

function each<K extends string, F>(names: Readonly<Record<K, string>>, make: (op: string) => F) {
  const entries = Object.entries<string>(names).map(([name, op]) => [name, make(op)] as const)
  return Object.fromEntries(entries) as Record<K, F> // the same keys
}
