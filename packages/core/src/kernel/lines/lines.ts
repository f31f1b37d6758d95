/** Lines along one axis of a tensor. */
import type { Shape } from '../../base/shape.ts'
import type { Local, Operand } from '../../wasm/index.ts'
import { i32, op } from '../../wasm/index.ts'

export interface LineSizes {
  /** Product of the sizes before the axis. */
  readonly outer: number
  readonly size: number
  /** Product of the sizes behind it: the distance of neighbours on a line. */
  readonly inner: number
}

/** How many lines, how long and how far apart. */
export function lineSizes(shape: Shape, axis: number): LineSizes {
  const product = (sizes: Shape) => sizes.reduce((a, b) => a * b, 1)
  return { outer: product(shape.slice(0, axis)), size: shape[axis]!, inner: product(shape.slice(axis + 1)) }
}

/** The number of the first element of a line: (line / inner) · size · inner + line % inner. */
export function lineStart(line: Local<'i32'>, size: Operand<'i32'>, inner: Operand<'i32'>): Operand<'i32'> {
  const [outer, rest] = [op('i32.div_u', line, inner), op('i32.rem_u', line, inner)]
  return op('i32.add', op('i32.mul', op('i32.mul', outer, size), inner), rest)
}

/** The address of an element. */
export function elementAt(start: Operand<'i32'>, index: Operand<'i32'>, bytes: number): Operand<'i32'> {
  return op('i32.add', start, op('i32.mul', index, i32(bytes)))
}
