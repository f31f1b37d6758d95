/** Methods that arrange elements anew. */
import { literalTensor } from '../../ir/builder.ts'
import { apply, applyAll, dataCell, numberLike } from './apply.ts'
import type { Cell } from './origin.ts'
import type { Axes } from './reductions.ts'
import type { Tensor } from './tensor.ts'

export interface PadOptions {
  readonly mode?: 'constant' | 'reflect' | 'edge' | 'wrap'
  /** Of mode `constant`; 0 unless given. */
  readonly value?: number
}

export interface Movement {
  /** One size may be -1: what is left. 0 keeps the size of that axis, as ONNX has it. */
  reshape(shape: readonly number[]): Tensor
  /** Axes in another order; reversed where none is given. */
  transpose(perm?: readonly number[]): Tensor
  /** The last two axes change places. */
  readonly mT: Tensor
  /** Two axes change places. */
  swapaxes(a: number, b: number): Tensor
  squeeze(axes?: Axes): Tensor
  unsqueeze(axes: Axes): Tensor
  /** Axes from `startAxis` on become one. */
  flatten(startAxis?: number): Tensor
  /** Repeats along axes of size 1, and leading new ones, up to the shape. */
  broadcastTo(shape: readonly number[]): Tensor
  /** Repeats the whole tensor along each axis. */
  tile(repeats: readonly number[]): Tensor
  /** Elements before and after each axis. */
  pad(pads: readonly (readonly [before: number, after: number])[], options?: PadOptions): Tensor
  /** Elements in reverse order along axes. */
  flip(axes: Axes): Tensor
  /** Parts along an axis: so many equal ones, or of these sizes. */
  split(parts: number | readonly number[], axis?: number): Tensor[]
  /** The lower triangle of matrices; the diagonal `k` and those below it stay. */
  tril(k?: number): Tensor
  triu(k?: number): Tensor
}

export const movement: Movement & ThisType<Tensor> = {
  reshape(shape) {
    return this.derive(apply('Reshape', [this.cell, ints(shape)]))
  },
  transpose(perm) {
    return this.derive(apply('Transpose', [this.cell], { perm }))
  },
  get mT() {
    return (this as Tensor).swapaxes(-1, -2) // a getter of an object literal sees it as it is written
  },
  swapaxes(a, b) {
    const perm = this.dims.map((_, axis) => axis)
    const [p, q] = [a, b].map((axis) => (axis < 0 ? axis + perm.length : axis)) as [number, number] // of two
    ;[perm[p], perm[q]] = [perm[q]!, perm[p]!]
    return this.transpose(perm)
  },
  squeeze(axes) {
    return this.derive(apply('Squeeze', [this.cell, axes === undefined ? undefined : ints(axes)]))
  },
  unsqueeze(axes) {
    return this.derive(apply('Unsqueeze', [this.cell, ints(axes)]))
  },
  flatten(startAxis = 0) {
    const kept = startAxis < 0 ? startAxis + this.rank : startAxis
    return this.reshape([...Array.from({ length: kept }, () => 0), -1])
  },
  broadcastTo(shape) {
    return this.derive(apply('Expand', [this.cell, ints(shape)]))
  },
  tile(repeats) {
    return this.derive(apply('Tile', [this.cell, ints(repeats)]))
  },
  pad(pads, { mode = 'constant', value = 0 } = {}) {
    const sizes = [...pads.map(([before]) => before), ...pads.map(([, after]) => after)]
    const fill = mode === 'constant' ? numberLike(value, this.cell) : undefined
    return this.derive(apply('Pad', [this.cell, ints(sizes), fill], { mode }))
  },
  flip(axes) {
    const list = typeof axes === 'number' ? [axes] : axes
    const all = (value: number) => ints(list.map(() => value))
    return this.derive(
      apply('Slice', [this.cell, all(-1), all(Number.MIN_SAFE_INTEGER), ints(list), all(-1)]),
    )
  },
  split(parts, axis = 0) {
    const count = typeof parts === 'number' ? parts : parts.length
    const sizes = typeof parts === 'number' ? undefined : ints(parts)
    const attributes = sizes ? { axis } : { axis, num_outputs: count }
    return applyAll('Split', [this.cell, sizes], attributes, { outputs: count }).map((cell) =>
      this.derive(cell),
    )
  },
  tril(k = 0) {
    return this.derive(apply('Trilu', [this.cell, dataCell(literalTensor('int64', k))], { upper: 0 }))
  },
  triu(k = 0) {
    return this.derive(apply('Trilu', [this.cell, dataCell(literalTensor('int64', k))], { upper: 1 }))
  },
}

function ints(axes: Axes): Cell {
  return dataCell(literalTensor('int64', typeof axes === 'number' ? [axes] : axes))
}
