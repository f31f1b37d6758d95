/** Methods that pick elements. */
import { literalTensor } from '../../ir/builder.ts'
import { apply, applyAll, dataCell } from './apply.ts'
import type { Tensor } from './tensor.ts'

/** `[from, to, step]` as NumPy's from:to:step, where what is left out or null goes to the end; a number picks one. */
export type Range = number | readonly [from?: number | null, to?: number | null, step?: number]

export interface Indexing {
  /**
   * As NumPy's x[a, b:c, ::d]: one range for each leading axis; `[]` takes all of it. A number takes its axis away.
   *
   * @example
   * const x = zeros([4, 5])
   * x.at([1, 3], -1).shape // [2]
   */
  at(...ranges: readonly Range[]): Tensor
  /** Slices along one axis that the integers of `indices` pick. */
  take(indices: Tensor, axis?: number): Tensor
  /** Elements along an axis, one for each index: PyTorch's gather. */
  gather(axis: number, indices: Tensor): Tensor
  /** A copy with elements along an axis replaced, or added to: PyTorch's scatter. */
  scatter(
    axis: number,
    indices: Tensor,
    updates: Tensor,
    reduction?: 'none' | 'add' | 'mul' | 'max' | 'min',
  ): Tensor
  /** The greatest elements along an axis in order, and their positions. */
  topk(k: number, axis?: number): readonly [values: Tensor, indices: Tensor]
  /** 1 at the position of each class, 0 elsewhere, along a new last axis; float32. */
  oneHot(classes: number): Tensor
}

/** Past any end. */
const far = Number.MAX_SAFE_INTEGER

export const indexing: Indexing & ThisType<Tensor> = {
  at(...ranges) {
    const picks = ranges.map((range, axis) => ({ axis, ...boundsOf(range) })).filter(({ isAll }) => !isAll)
    const list = (of: (pick: (typeof picks)[number]) => number) =>
      dataCell(literalTensor('int64', picks.map(of)))
    const sliced =
      picks.length === 0
        ? this
        : this.derive(
            apply('Slice', [
              this.cell,
              list(({ from }) => from),
              list(({ to }) => to),
              list(({ axis }) => axis),
              list(({ step }) => step),
            ]),
          )
    const gone = ranges.flatMap((range, axis) => (typeof range === 'number' ? [axis] : []))
    return gone.length === 0 ? sliced : sliced.squeeze(gone)
  },
  take(indices, axis = 0) {
    return this.derive(apply('Gather', [this.cell, indices.cell], { axis }))
  },
  gather(axis, indices) {
    return this.derive(apply('GatherElements', [this.cell, indices.cell], { axis }))
  },
  scatter(axis, indices, updates, reduction = 'none') {
    return this.derive(apply('ScatterElements', [this.cell, indices.cell, updates.cell], { axis, reduction }))
  },
  topk(k, axis = -1) {
    const count = dataCell(literalTensor('int64', [k]))
    const [values, indices] = applyAll('TopK', [this.cell, count], { axis }, { outputs: 2 })
    return [this.derive(values!), this.derive(indices!)]
  },
  oneHot(classes) {
    const depth = dataCell(literalTensor('int64', classes))
    return this.derive(apply('OneHot', [this.cell, depth, dataCell(literalTensor('float32', [0, 1]))]))
  },
}

function boundsOf(range: Range) {
  if (typeof range === 'number')
    return { from: range, to: range === -1 ? far : range + 1, step: 1, isAll: false }
  const [from, to, step = 1] = range
  const isAll = from === undefined || from === null ? (to ?? undefined) === undefined && step === 1 : false
  return step > 0
    ? { from: from ?? 0, to: to ?? far, step, isAll }
    : { from: from ?? far, to: to ?? -far, step, isAll }
}
