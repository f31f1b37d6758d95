/** What a matrix product is asked for: its operands, and what is added. */
import type { Place } from '../kernel.ts'
import type { PanelSource } from './gemm-kernel.ts'

/** A batch of matrices one behind the other. */
export interface PlainOperand {
  readonly form: 'plain'
  readonly at: Place
  /** How many matrices there are. */
  readonly count: number
  /** Stored with rows and columns swapped. */
  readonly isTurned: boolean
  readonly isConstant: boolean
}

/** Matrices that lie in panels already, as `packedBytes` says and the target's tile is. */
export interface PackedOperand {
  readonly form: 'packed'
  readonly at: Place
  readonly count: number
}

/** What tasks make their panels of B from. */
export interface SourceOperand {
  readonly form: 'source'
  readonly at: Place
  readonly count: number
  /** Bytes from one of the batch to the next. */
  readonly batchBytes: number
  /** For panels of so many vectors. */
  source(vectors: number): PanelSource
  readonly args: Readonly<Record<string, number | Place>>
  /** Steps that are packed together. */
  readonly unit: number
  /** The blocks that the source is made for, where it cannot take any. */
  readonly blocks?: { readonly columnBlock: number; readonly depthBlock: number }
}

export type GemmOperand = PlainOperand | PackedOperand

/** Added to every row (`columns`: one value per column) or to every column (`rows`), or one value to all. */
export interface Bias {
  readonly along: 'rows' | 'columns' | 'none'
  readonly at: Place
  /** Every matrix of A has its own. */
  readonly isPerA?: boolean
}

export interface GemmProblem {
  readonly a: GemmOperand
  readonly b: GemmOperand | SourceOperand
  readonly c: Place
  readonly rows: number
  readonly columns: number
  readonly depth: number
  /** Matrices in C. */
  readonly count: number
  /** The numbers of the matrices of A and B for each of C, where they are not the same. */
  readonly pairs?: readonly (readonly [a: number, b: number])[] | undefined
  readonly scale?: number
  readonly bias?: Bias | undefined
  /** A matrix like C that is added to every matrix of C. */
  readonly added?: Place | undefined
}
