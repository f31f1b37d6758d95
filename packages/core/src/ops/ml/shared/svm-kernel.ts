/** Kernel functions of the support vector machines. */
import { refuse } from '../../refuse.ts'
import { dotRow } from './rows.ts'

export const svmKernels = ['LINEAR', 'POLY', 'RBF', 'SIGMOID'] as const
export type SvmKernel = (typeof svmKernels)[number]

export interface KernelFunction {
  readonly kind: SvmKernel
  readonly gamma: number
  readonly coef0: number
  readonly degree: number
}

/** kernel_params are gamma, coef0 and degree; an empty list means zeros. Throws SLP-O2. */
export function kernelFunction(kind: SvmKernel, params: readonly number[] = []): KernelFunction {
  if (params.length !== 0 && params.length !== 3) refuse('there must be 3 kernel_params', params.length)
  const [gamma = 0, coef0 = 0, degree = 0] = params
  return { kind, gamma, coef0, degree }
}

/** K(row, vector), where the vector is read from `vectors` at `start`. */
export function kernelValue(
  { kind, gamma, coef0, degree }: KernelFunction,
  row: Float64Array,
  vectors: readonly number[],
  start: number,
): number {
  switch (kind) {
    case 'LINEAR':
      return dotRow(row, vectors, start)
    case 'POLY':
      return (gamma * dotRow(row, vectors, start) + coef0) ** degree
    case 'SIGMOID':
      return Math.tanh(gamma * dotRow(row, vectors, start) + coef0)
    case 'RBF': {
      let square = 0
      for (let i = 0; i < row.length; i++) square += (row[i]! - vectors[start + i]!) ** 2
      return Math.exp(-gamma * square)
    }
    default:
      return kind satisfies never
  }
}
