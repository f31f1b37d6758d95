/** What a lazy tensor stands for: the program of tensors, of which graphs are made. */
import type { Tensor as HostTensor } from '../../base/tensor.ts'
import type { Attributes } from '../../ir/attribute.ts'
import type { Fact } from '../../ops/fact.ts'
import type { VariableCell } from '../variable-cell.ts'
import type { Trace } from './trace.ts'

/** One operator applied to tensors. */
export interface TraceNode {
  readonly domain: string
  readonly op: string
  readonly name: string
  readonly inputs: readonly (Cell | undefined)[]
  readonly attributes: Attributes
  readonly metadata: ReadonlyMap<string, string> | undefined
  readonly outputCount: number
}

export type Origin =
  | { readonly kind: 'data'; readonly value: HostTensor }
  | { readonly kind: 'node'; readonly node: TraceNode; readonly index: number }
  /** The value that a variable has as long as its version is this one. */
  | { readonly kind: 'variable'; readonly variable: VariableCell; readonly version: number }
  | { readonly kind: 'input'; readonly name: string }

/** What a tensor handle holds. The origin becomes data once it has been computed. */
export interface Cell {
  origin: Origin
  readonly fact: Fact
  /** The function being compiled that it is a value of. */
  readonly trace: Trace | undefined
}
