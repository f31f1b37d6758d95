/** Methods that make fewer elements of many, along axes. */
import { literalTensor } from '../../ir/builder.ts'
import { apply, castTo, dataCell, dtypeOf } from './apply.ts'
import type { Cell } from './origin.ts'
import type { Tensor } from './tensor.ts'

/** An axis or several, negative ones counted from the end; all of them where it is left out. */
export type Axes = number | readonly number[]

export interface Reductions {
  /** Sums along axes, which go unless `keepdims`. */
  sum(axes?: Axes, keepdims?: boolean): Tensor
  mean(axes?: Axes, keepdims?: boolean): Tensor
  max(axes?: Axes, keepdims?: boolean): Tensor
  min(axes?: Axes, keepdims?: boolean): Tensor
  prod(axes?: Axes, keepdims?: boolean): Tensor
  /** The mean of squared deviations; divided by n - `correction`, which is 0 unless given (PyTorch's default is 1). */
  var(axes?: Axes, keepdims?: boolean, correction?: number): Tensor
  std(axes?: Axes, keepdims?: boolean, correction?: number): Tensor
  logsumexp(axes?: Axes, keepdims?: boolean): Tensor
  /** Root of the sum of squares. */
  norm(axes?: Axes, keepdims?: boolean): Tensor
  /** Positions of the greatest elements, int64; the first of equal ones. */
  argmax(axis: number, keepdims?: boolean): Tensor
  argmin(axis: number, keepdims?: boolean): Tensor
  cumsum(axis: number): Tensor
  softmax(axis?: number): Tensor
  logSoftmax(axis?: number): Tensor
  /** Whether any, or all, elements of a bool tensor hold. */
  any(axes?: Axes, keepdims?: boolean): Tensor
  all(axes?: Axes, keepdims?: boolean): Tensor
}

export const reductions: Reductions & ThisType<Tensor> = {
  sum(axes, keepdims) {
    return this.derive(reduce('ReduceSum', this.cell, axes, keepdims))
  },
  mean(axes, keepdims) {
    return this.derive(reduce('ReduceMean', this.cell, axes, keepdims))
  },
  max(axes, keepdims) {
    return this.derive(reduce('ReduceMax', this.cell, axes, keepdims))
  },
  min(axes, keepdims) {
    return this.derive(reduce('ReduceMin', this.cell, axes, keepdims))
  },
  prod(axes, keepdims) {
    return this.derive(reduce('ReduceProd', this.cell, axes, keepdims))
  },
  var(axes, keepdims, correction = 0) {
    const deviation = this.sub(this.mean(axes, true))
    const squares = deviation.mul(deviation)
    if (correction === 0) return squares.mean(axes, keepdims)
    const list =
      axes === undefined ? this.shape.map((_, axis) => axis) : typeof axes === 'number' ? [axes] : axes
    const count = list.reduce((product, axis) => product * this.shape.at(axis)!, 1)
    return squares.sum(axes, keepdims).div(count - correction)
  },
  std(axes, keepdims, correction) {
    return this.var(axes, keepdims, correction).sqrt()
  },
  logsumexp(axes, keepdims) {
    return this.derive(reduce('ReduceLogSumExp', this.cell, axes, keepdims))
  },
  norm(axes, keepdims) {
    return this.derive(reduce('ReduceL2', this.cell, axes, keepdims))
  },
  argmax(axis, keepdims = false) {
    return this.derive(apply('ArgMax', [this.cell], { axis, keepdims: keepdims ? 1 : 0 }))
  },
  argmin(axis, keepdims = false) {
    return this.derive(apply('ArgMin', [this.cell], { axis, keepdims: keepdims ? 1 : 0 }))
  },
  cumsum(axis) {
    return this.derive(apply('CumSum', [this.cell, dataCell(literalTensor('int64', axis))]))
  },
  softmax(axis = -1) {
    return this.derive(apply('Softmax', [this.cell], { axis }))
  },
  logSoftmax(axis = -1) {
    return this.derive(apply('LogSoftmax', [this.cell], { axis }))
  },
  any(axes, keepdims) {
    return this.derive(
      castTo(reduce('ReduceMax', castTo(this.cell, 'int32'), axes, keepdims), dtypeOf(this.cell)),
    )
  },
  all(axes, keepdims) {
    return this.derive(
      castTo(reduce('ReduceMin', castTo(this.cell, 'int32'), axes, keepdims), dtypeOf(this.cell)),
    )
  },
}

function reduce(op: string, x: Cell, axes: Axes | undefined, keepdims = false): Cell {
  const list = typeof axes === 'number' ? [axes] : axes
  if (list?.length === 0) return x
  const input = list && dataCell(literalTensor('int64', list))
  return apply(op, [x, input], { keepdims: keepdims ? 1 : 0 })
}
