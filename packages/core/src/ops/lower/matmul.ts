/** Matrix products with broadcast batch axes as batches of plain products. */
import { elementCount, type Shape } from '../../base/shape.ts'
import { lowerGemm } from '../../kernel/gemm/lower-gemm.ts'
import type { GemmProblem, PlainOperand } from '../../kernel/gemm/problem.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'

export interface MatmulTurns {
  /** The last two axes are swapped; vectors stay as they are. */
  readonly transA: boolean
  readonly transB: boolean
  readonly alpha: number
}

const asTheyAre: MatmulTurns = { transA: false, transB: false, alpha: 1 }

/** One operand: its batch axes, and the sizes of its matrices. */
export interface Operand {
  readonly batch: Shape
  readonly rows: number
  readonly columns: number
  readonly plain: PlainOperand
}

/** Lowers MatMul and what differs from it by `turns` only. */
export function lowerMatmul(
  { A, B, Y }: { readonly A: TensorRef; readonly B: TensorRef; readonly Y: TensorRef },
  context: LowerContext,
  { transA, transB, alpha }: MatmulTurns = asTheyAre,
): Refusal {
  if (Y.dtype !== 'float32') return `dtype ${Y.dtype}`
  const left = A.shape.length === 1 ? operand(A, [1, ...A.shape], false) : operand(A, A.shape, transA)
  const right = B.shape.length === 1 ? operand(B, [...B.shape, 1], false) : operand(B, B.shape, transB)
  const matrices = {
    a: left.plain,
    b: right.plain,
    rows: left.rows,
    columns: right.columns,
    depth: left.columns,
  }
  const count = elementCount(broadcast(left.batch, right.batch))
  // Rows of several matrices that meet the same B are rows of one matrix.
  if (right.plain.count === 1 && left.plain.count === count && !left.plain.isTurned)
    return lowerGemm(
      context,
      {
        ...matrices,
        a: { ...left.plain, count: 1 },
        c: Y.at,
        rows: left.rows * count,
        count: 1,
        scale: alpha,
      },
      context.epilogue,
    )
  const pairs = pairsOf(left.batch, right.batch)
  return lowerGemm(context, { ...matrices, c: Y.at, count, pairs, scale: alpha }, context.epilogue)
}

/** A tensor's matrices; it has rank 2 at least. */
export function operand({ at, isConstant }: TensorRef, shape: Shape, isTurned: boolean): Operand {
  const [first, second] = shape.slice(-2) as [number, number] // of rank 2 at least
  const batch = shape.slice(0, -2)
  const [rows, columns] = isTurned ? [second, first] : [first, second]
  return {
    batch,
    rows,
    columns,
    plain: { form: 'plain', at, count: elementCount(batch), isTurned, isConstant },
  }
}

/** The shape that both broadcast to; inference has seen that there is one. */
export function broadcast(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length)
  return Array.from({ length: rank }, (_, axis) => {
    const [left, right] = [a[axis - rank + a.length] ?? 1, b[axis - rank + b.length] ?? 1]
    return left === 1 ? right : left
  })
}

/** Which matrices of A and B meet, for each matrix of the product; undefined where it is each with its like. */
export function pairsOf(a: Shape, b: Shape): GemmProblem['pairs'] {
  const shape = broadcast(a, b)
  const count = elementCount(shape)
  const isPlain = (batch: Shape) => elementCount(batch) === 1 || elementCount(batch) === count
  if (isPlain(a) && isPlain(b)) return undefined
  const numberIn = (batch: Shape, index: number): number => {
    let [number, stride, rest] = [0, 1, index]
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const at = rest % shape[axis]!
      rest = Math.floor(rest / shape[axis]!)
      const size = batch[axis - shape.length + batch.length] ?? 1
      if (size !== 1) number += at * stride
      stride *= size
    }
    return number
  }
  return Array.from({ length: count }, (_, i) => [numberIn(a, i), numberIn(b, i)] as const)
}
