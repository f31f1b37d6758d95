/** Gemm as a product that starts from its bias. */
import { elementCount } from '../../base/shape.ts'
import { lowerGemm } from '../../kernel/gemm/lower-gemm.ts'
import { packKernel } from '../../kernel/gemm/pack-kernel.ts'
import type { Bias } from '../../kernel/gemm/problem.ts'
import type { Place } from '../../kernel/kernel.ts'
import type { LowerContext, Refusal, TensorRef } from '../../kernel/lower.ts'

interface GemmAttributes {
  readonly alpha: number
  readonly beta: number
  readonly transA: number
  readonly transB: number
}

/** Lowers Gemm: what C adds is what the sums start from, or a matrix that is added at the end. */
export function lowerGemmNode(
  { A, B, C }: { readonly A: TensorRef; readonly B: TensorRef; readonly C: TensorRef | undefined },
  Y: TensorRef,
  { alpha, beta, transA, transB }: GemmAttributes,
  context: LowerContext,
): Refusal {
  if (Y.dtype !== 'float32') return `dtype ${Y.dtype}`
  const [rows, columns] = Y.shape as readonly [number, number] // of rank 2
  if (context.epilogue && !context.epilogue.bind([1, rows, columns]))
    return 'an epilogue that does not lie along the product'
  const plain = ({ at, isConstant }: TensorRef, trans: number) =>
    ({ form: 'plain', at, count: 1, isTurned: trans !== 0, isConstant }) as const
  return lowerGemm(
    context,
    {
      a: plain(A, transA),
      b: plain(B, transB),
      c: Y.at,
      rows,
      columns,
      depth: A.shape[transA ? 0 : 1]!,
      count: 1,
      scale: alpha,
      ...(C && beta !== 0 && rows * columns > 0 && addend(C, beta, [rows, columns], context)),
    },
    context.epilogue,
  )
}

function addend(
  C: TensorRef,
  beta: number,
  [rows, columns]: readonly [number, number],
  context: LowerContext,
): { readonly bias: Bias } | { readonly added: Place } {
  const at = beta === 1 ? C.at : scaled(C, beta, context)
  const [height, width] = [C.shape.at(-2) ?? 1, C.shape.at(-1) ?? 1]
  if (height === 1 && width === 1) return { bias: { along: 'none', at } }
  if (height === 1 && width === columns) return { bias: { along: 'columns', at } }
  if (width === 1 && height === rows) return { bias: { along: 'rows', at } }
  return { added: at }
}

/** `beta` times the elements: a panel of one step is a plain copy. */
function scaled({ at, shape }: TensorRef, beta: number, context: LowerContext): Place {
  const count = elementCount(shape)
  const place = context.temp('beta times C', 4 * Math.ceil(count / 4) * 4)
  const block = 1 << 16
  const tasks = Math.ceil(count / block)
  const sizes = { count, depth: 1, strideBytes: 0, batchBytes: 0, packedBytes: 0, block, tasks }
  context.call(packKernel('copy', 4, true), { x: at, y: place, ...sizes, scale: beta }, tasks)
  return place
}
