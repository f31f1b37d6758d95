/** Gradients of tensors by others. */

import { zerosLike } from './tensor/create.ts'
import { gradientCells, vjpCells } from './tensor/gradient.ts'
import type { Cell } from './tensor/origin.ts'
import { type Tensor, tensorOf } from './tensor/tensor.ts'
import { isVariable, type Variable } from './variable.ts'

/**
 * The gradient of one number by each of the tensors or variables, as tensors of their shapes.
 *
 * @throws SLP-A2 where `of` is not a scalar of floating point, SLP-A1 where the gradient would have to pass through an
 * operator that has none.
 * @example
 * const x = tensor([1, 2, 3])
 * const [dx] = grad(x.square().sum(), [x])
 * await dx.data()
 * dx.toArray() // [2, 4, 6]
 */
export function grad(of: Tensor, wrt: readonly (Tensor | Variable)[]): Tensor[] {
  const cells = wrt.map(cellOf)
  return gradientCells(of.cell, cells).map((gradient, i) => orZeros(gradient, cells[i]!))
}

/** A function's value and its gradient by its argument. */
export function valueAndGrad(
  fn: (x: Tensor) => Tensor,
): (x: Tensor) => readonly [value: Tensor, gradient: Tensor] {
  return (x) => {
    const value = fn(x)
    return [value, grad(value, [x])[0]!]
  }
}

/** Products of `cotangents`, the gradients of `outputs`, with the Jacobians of the outputs by each of `wrt`. */
export function vjp(
  outputs: readonly Tensor[],
  cotangents: readonly Tensor[],
  wrt: readonly (Tensor | Variable)[],
): Tensor[] {
  const cells = wrt.map(cellOf)
  const gradients = vjpCells(
    outputs.map(({ cell }) => cell),
    cotangents.map(({ cell }) => cell),
    cells,
  )
  return gradients.map((gradient, i) => orZeros(gradient, cells[i]!))
}

/** The same value, through which no gradient passes. */
export function stopGradient(x: Tensor): Tensor {
  return x.detach()
}

function cellOf(one: Tensor | Variable): Cell {
  return (isVariable(one) ? one.tensor : one).cell
}

function orZeros(gradient: Cell | undefined, like: Cell): Tensor {
  return gradient ? tensorOf(gradient) : zerosLike(tensorOf(like))
}
