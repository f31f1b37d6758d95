import { type Dim, dimText } from '../base/dim.ts'
import { isInt64 } from '../base/dtype.ts'
import { type WideTensor, wideZeros } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { lowerGemmNode } from './lower/gemm.ts'
import { maybe, one } from './param.ts'
import { refuse } from './refuse.ts'
import { expandTo } from './shared/broadcast.ts'
import { matmul, matmulShape } from './shared/matmul.ts'
import { selectElements } from './shared/movement.ts'
import { requireBroadcastsTo } from './shared/require.ts'
import { floats, indexInts } from './types.ts'

/**
 * alpha * A * B + beta * C for matrices A and B, either transposed where told, and a C that broadcasts to
 * the product. Integers truncate what alpha and beta make fractional.
 */
export const gemm = defineOp({
  name: 'Gemm',
  since: [1, 6, 7, 9, 11, 13],
  types: { T: [...floats, ...indexInts, 'uint32', 'uint64'] },
  inputs: { A: one('T'), B: one('T'), C: maybe('T') },
  outputs: { Y: one('T') },
  attrs: { beta: attr.float(1), transB: attr.int(0), alpha: attr.float(1), transA: attr.int(0) },
  infer: ({ A, B, C }, { transA, transB }, { freshDim }) => {
    const [left, right] = [turned('A', A.shape, transA), turned('B', B.shape, transB)]
    matmulShape(left, right)
    const shape = [left?.[0] ?? freshDim('rows'), right?.[1] ?? freshDim('columns')]
    requireBroadcastsTo('C', C, shape)
    return { Y: tensorFact(A.dtype, shape) }
  },
  reference: ({ A, B, C }, { alpha, beta, transA, transB }, context) => {
    const left = transA ? transposed(A) : A
    const product = matmul(left, transB ? transposed(B) : B, A.dtype, context)
    return { Y: combine(product, alpha, C && expandTo(C, product.shape), beta) }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    epilogue: true,
    emit: (inputs, { Y }, attrs, context) => lowerGemmNode(inputs, Y, attrs, context),
  },
})

function turned(name: string, shape: readonly Dim[] | undefined, turn: number): readonly Dim[] | undefined {
  if (!shape) return undefined
  if (shape.length !== 2) refuse(`${name} must have rank 2`, `[${shape.map(dimText)}]`)
  return turn ? [shape[1]!, shape[0]!] : shape
}

function transposed(x: WideTensor): WideTensor {
  const [rows, columns] = x.shape as readonly [number, number] // infer refuses other ranks
  return selectElements(x, [columns, rows], (i) => (i % rows) * columns + Math.floor(i / rows))
}

function combine(product: WideTensor, alpha: number, c: WideTensor | undefined, beta: number): WideTensor {
  const out = wideZeros(product.dtype, product.shape)
  const exact = isInt64(product.dtype) && Number.isInteger(alpha) && Number.isInteger(beta)
  for (let i = 0; i < out.data.length; i++) {
    const [sum, extra] = [product.data[i]!, c?.data[i] ?? 0]
    if (exact) {
      out.data[i] = BigInt(alpha) * BigInt(sum) + BigInt(beta) * BigInt(extra)
    } else {
      const value = alpha * Number(sum) + (c ? beta * Number(extra) : 0)
      out.data[i] = isInt64(product.dtype) ? BigInt(Math.trunc(value)) : value
    }
  }
  return out
}
