/** Matrix products whose operands are transposed first. */
import type { Dim } from '../../../base/dim.ts'
import type { GraphBuilder } from '../../../ir/builder.ts'
import type { TensorFact } from '../../fact.ts'
import { refuse } from '../../refuse.ts'
import { matmulShape } from '../../shared/matmul.ts'

export interface OperandTurns {
  readonly transA: number
  readonly transB: number
  readonly transBatchA: number
  readonly transBatchB: number
}

/**
 * The order in which an operand's axes are read: `batch` moves the first axis behind the batch axes, `last` swaps the
 * last two axes of what that gives. Undefined where nothing moves; vectors stay as they are.
 */
function permutation(rank: number, last: boolean, batch: boolean): number[] | undefined {
  if (rank < 2 || !(last || batch)) return undefined
  const axes = Array.from({ length: rank }, (_, axis) => axis)
  if (batch && rank < 3) return refuse('an operand with its batch axes moved must have rank 3 at least', rank)
  const rows = batch ? [...axes.slice(1, -1), 0, rank - 1] : axes
  return last ? [...rows.slice(0, -2), rows.at(-1)!, rows.at(-2)!] : rows
}

const permutationA = (rank: number, turns: OperandTurns) =>
  permutation(rank, turns.transA !== 0, turns.transBatchA !== 0)
const permutationB = (rank: number, turns: OperandTurns) =>
  permutation(rank, turns.transB !== 0, turns.transBatchB !== 0)

/** The shape of the product; undefined where a rank is unknown. Throws SLP-O2. */
export function fusedShape(A: TensorFact, B: TensorFact, turns: OperandTurns): readonly Dim[] | undefined {
  const turned = ({ shape }: TensorFact, order: typeof permutationA) =>
    shape && (order(shape.length, turns)?.map((axis) => shape[axis]!) ?? shape)
  return matmulShape(turned(A, permutationA), turned(B, permutationB))
}

/** alpha times the product; undefined where a rank that matters is unknown. */
export function fusedProduct(
  b: GraphBuilder,
  names: { readonly A: string; readonly B: string },
  facts: { readonly A: TensorFact; readonly B: TensorFact },
  turns: OperandTurns & { readonly alpha: number },
): string | undefined {
  const [left, right] = [facts.A.shape?.length, facts.B.shape?.length]
  if (left === undefined || right === undefined) return undefined
  const turn = (x: string, perm: number[] | undefined) => (perm ? b.node('Transpose', [x], { perm }) : x)
  const product = b.node('MatMul', [
    turn(names.A, permutationA(left, turns)),
    turn(names.B, permutationB(right, turns)),
  ])
  return turns.alpha === 1 ? product : b.node('Mul', [product, b.literal(facts.A.dtype, turns.alpha)])
}
