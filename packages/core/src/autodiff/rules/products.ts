/** Gradients of products of matrices. */
import { gemm } from '../../ops/gemm.ts'
import { matmul } from '../../ops/matmul.ts'
import type { TypedBuilder } from '../../ops/typed-builder.ts'
import type { Maths } from '../maths.ts'
import { defineGradient } from '../rule.ts'

// dA = dY Bᵀ, dB = Aᵀ dY. A 1-D operand is a matrix of one row, or of one column.
export const matmulGradient = defineGradient(
  matmul,
  ({ b, m, inputs: { A, B }, gradients: { Y }, wants }) => {
    const [left, right] = [b.shape(A).length, b.shape(B).length]
    const row = left === 1 ? m.unsqueeze(A, [0]) : A
    const column = right === 1 ? m.unsqueeze(B, [1]) : B
    const grown = right === 1 ? m.unsqueeze(Y, [-1]) : Y
    const gradient = left === 1 ? m.unsqueeze(grown, [-2]) : grown
    return {
      A: wants('A') ? leftGradient(b, m, gradient, column, left) : undefined,
      B: wants('B')
        ? rightGradient(b, m, gradient, row, { rank: right, isShared: right === 2 && left > 2 })
        : undefined,
    }
  },
)

function leftGradient(b: TypedBuilder, m: Maths, gradient: string, right: string, rank: number): string {
  const product = m.matmul(gradient, swapped(b, m, right))
  return rank === 1 ? m.squeeze(summed(b, m, product, 2), [0]) : product
}

function rightGradient(
  b: TypedBuilder,
  m: Maths,
  gradient: string,
  left: string,
  { rank, isShared }: { readonly rank: number; readonly isShared: boolean },
): string {
  // One matrix for a whole batch: the batch is summed inside of one product.
  if (isShared) return m.matmul(m.transpose(rows(b, m, left), [1, 0]), rows(b, m, gradient))
  const product = m.matmul(swapped(b, m, left), gradient)
  return rank === 1 ? m.squeeze(summed(b, m, product, 2), [1]) : product
}

/** All axes but the last become one. */
function rows(b: TypedBuilder, m: Maths, x: string): string {
  const last = b.shape(x).at(-1)
  if (b.shape(x).length === 2) return x
  return typeof last === 'number'
    ? m.reshape(x, [-1, last])
    : b.node('Flatten', [x], { axis: b.shape(x).length - 1 })
}

/** Leading axes summed away until so many are left. */
function summed(b: TypedBuilder, m: Maths, x: string, rank: number): string {
  const lead = Array.from({ length: b.shape(x).length - rank }, (_, axis) => axis)
  return m.sum(x, lead, false)
}

/** The last two axes in the other order. */
function swapped(b: TypedBuilder, m: Maths, x: string): string {
  const rank = b.shape(x).length
  const perm = Array.from({ length: rank }, (_, axis) => axis)
  return m.transpose(x, [...perm.slice(0, -2), rank - 1, rank - 2])
}

export const gemmGradient = defineGradient(
  gemm,
  ({ b, m, inputs: { A, B, C }, attrs, gradients: { Y }, wants }) => {
    const { alpha, beta, transA, transB } = attrs
    const product = (
      left: string,
      right: string,
      turns: { readonly transA: number; readonly transB: number },
    ) =>
      b.node('Gemm', [left, right], {
        ...turns,
        ...(alpha !== 1 && { alpha: { kind: 'float', value: alpha } as const }),
      })
    // Y = A B: dA = dY Bᵀ and dB = Aᵀ dY; what is turned gets its gradient turned.
    const gradientA = () =>
      transA
        ? product(B, Y, { transA: transB, transB: 1 })
        : product(Y, B, { transA: 0, transB: transB ? 0 : 1 })
    const gradientB = () =>
      transB
        ? product(Y, A, { transA: 1, transB: transA })
        : product(A, Y, { transA: transA ? 0 : 1, transB: 0 })
    return {
      A: wants('A') ? gradientA() : undefined,
      B: wants('B') ? gradientB() : undefined,
      C: C === undefined ? undefined : beta === 1 ? Y : m.mul(Y, beta),
    }
  },
)
