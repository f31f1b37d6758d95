/** What binary operations take besides tensors. */
import { numberLike, promote } from './apply.ts'
import type { Cell } from './origin.ts'

/** A number is weak: it takes the element type of the tensor that it meets. */
export type Operand = { readonly cell: Cell } | number

/** Two operands in one element type. */
export function operands(a: { readonly cell: Cell }, b: Operand): readonly [Cell, Cell] {
  return typeof b === 'number' ? [a.cell, numberLike(b, a.cell)] : promote(a.cell, b.cell)
}
