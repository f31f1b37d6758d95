/** Products of matrices of 8-bit integers. */
import { elementCount } from '../../base/shape.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'
import { isByte } from '../../kernel/quantized/bytes.ts'
import { lowerFactors, type Scales } from '../../kernel/quantized/factors.ts'
import {
  type ByteOperand,
  type IntegerProduct,
  lowerProduct,
  mostSteps,
  type ProductOutput,
} from '../../kernel/quantized/lower-product.ts'
import { broadcast, type Operand, operand, pairsOf } from './matmul.ts'

export interface IntegerMatmul {
  readonly A: TensorRef
  readonly B: TensorRef
  readonly Y: TensorRef
  /** A scalar, or one per row. */
  readonly aZero: TensorRef | undefined
  /** A scalar, or one per column. */
  readonly bZero: TensorRef | undefined
  readonly transB?: boolean
  /** Added to the sums. */
  readonly bias?: TensorRef | undefined
}

/** What becomes of the sums. */
export type Finish =
  | { readonly kind: 'int32' }
  | { readonly kind: 'float32'; readonly scales: Scales; readonly bias: TensorRef | undefined }
  | { readonly kind: 'quantized'; readonly scales: Scales; readonly zero: TensorRef }

/** Lowers a product with broadcast batch axes. */
export function lowerIntegerMatmul(node: IntegerMatmul, finish: Finish, context: LowerContext): Refusal {
  const { A, B, Y, transB = false, bias } = node
  if (!isByte(A.dtype) || !isByte(B.dtype)) return `dtypes ${A.dtype} and ${B.dtype}`
  const left = A.shape.length === 1 ? operand(A, [1, ...A.shape], false) : operand(A, A.shape, false)
  const right = B.shape.length === 1 ? operand(B, [...B.shape, 1], false) : operand(B, B.shape, transB)
  const [a, b] = [byteOperand(left, A, node.aZero, 'rows'), byteOperand(right, B, node.bZero, 'columns')]
  if (typeof a === 'string') return a
  if (typeof b === 'string') return b
  const why = refusalOf(finish, Y, right.columns) ?? refusalOfBias(bias, left, right)
  if (why !== undefined) return why
  if (finish.kind !== 'int32' && left.columns > mostSteps) return 'sums beyond 32 bits'
  const count = elementCount(broadcast(left.batch, right.batch))
  // Rows of several matrices that meet the same B are rows of one matrix.
  const isOne = b.count === 1 && a.count === count && (a.zeros !== 'each' || count === 1)
  const product: IntegerProduct = {
    a: isOne ? { ...a, count: 1 } : a,
    b,
    c: Y.at,
    rows: isOne ? left.rows * count : left.rows,
    columns: right.columns,
    depth: left.columns,
    count: isOne ? 1 : count,
    pairs: isOne ? undefined : pairsOf(left.batch, right.batch),
    start: bias && { along: isRow(bias, right.columns) ? 'columns' : 'rows', at: bias.at },
    factors: 'columns',
    output: { kind: 'int32' },
  }
  if (elementCount(Y.shape) === 0) return undefined
  return lowerProduct(context, { ...product, output: outputOf(finish, Y, context) })
}

function outputOf(finish: Finish, { dtype }: TensorRef, context: LowerContext): ProductOutput {
  if (finish.kind === 'int32') return finish
  const factors = lowerFactors(context, finish.scales)
  if (finish.kind === 'float32')
    return { kind: 'float32', factors, bias: finish.bias?.at, epilogue: context.epilogue }
  return { kind: dtype === 'int8' ? 'int8' : 'uint8', factors, zero: finish.zero.at }
}

/** Why scales cannot be applied. */
function refusalOf(finish: Finish, Y: TensorRef, columns: number): Refusal {
  if (finish.kind === 'int32') return undefined
  const { a, b, y } = finish.scales
  if ([a, b, y].some((scale) => scale && scale.dtype !== 'float32')) return `scales of ${a.dtype}`
  if (elementCount(a.shape) !== 1) return 'several scales of rows'
  if (y && elementCount(y.shape) !== 1) return 'several scales of the output'
  if (!isSide(b, columns)) return 'several scales of b that are not one per column'
  if (finish.kind === 'float32') return Y.dtype === 'float32' ? undefined : `dtype ${Y.dtype}`
  if (!isByte(Y.dtype)) return `dtype ${Y.dtype}`
  return elementCount(finish.zero.shape) === 1 ? undefined : 'several zero points of the output'
}

function refusalOfBias(bias: TensorRef | undefined, left: Operand, right: Operand): Refusal {
  if (!bias) return undefined
  const isColumn = (bias.shape.at(-1) ?? 1) === 1 && bias.shape.at(-2) === left.rows
  return isRow(bias, right.columns) || isColumn ? undefined : 'a bias that is neither a row nor a column'
}

const isRow = ({ shape }: TensorRef, columns: number) =>
  (shape.at(-2) ?? 1) === 1 && (shape.at(-1) ?? 1) === columns

/** One element, or one per row or column, the same ones for all matrices. */
const isSide = ({ shape }: TensorRef, size: number) =>
  elementCount(shape) === 1 || (shape.length === 1 && shape[0] === size)

function byteOperand(
  { plain, rows, columns }: Operand,
  { dtype, shape }: TensorRef,
  zero: TensorRef | undefined,
  side: 'rows' | 'columns',
): ByteOperand | string {
  if (!isByte(dtype)) return `dtype ${dtype}`
  const isOne = !zero || elementCount(zero.shape) === 1
  const isEach = zero && shape.length > 1 && isSide(zero, side === 'rows' ? rows : columns)
  if (!isOne && !isEach) return `zero points that are not one of the ${side} each`
  const { at, count, isTurned } = plain
  const isNothing = !zero || zero.constant?.data.every((value) => value === 0)
  const zeros = isNothing ? 'none' : isOne ? 'one' : 'each'
  return { form: 'plain', at, dtype, count, isTurned, zero: isNothing ? undefined : zero?.at, zeros }
}
