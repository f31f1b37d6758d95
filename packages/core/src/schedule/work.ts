/** One operator to be run, with everything about it that is known while planning, and how it will be run. */
import type { DType } from '../base/dtype.ts'
import type { Shape } from '../base/shape.ts'
import type { Node } from '../ir/graph.ts'
import type { Formula, Reduction } from '../kernel/formula.ts'
import type { AttrSpecs, Attrs } from '../ops/attr.ts'
import type { AnyOp } from '../ops/define.ts'

/** A tensor whose size is known. */
export interface ConcreteType {
  readonly dtype: DType
  readonly shape: Shape
}

export interface WorkBase {
  readonly node: Node
  readonly op: AnyOp
  readonly attrs: Attrs<AttrSpecs>
  /** Of inputs and outputs; undefined for omitted ones and for values that are no tensors of known size. */
  readonly inputs: readonly (ConcreteType | undefined)[]
  readonly outputs: readonly (ConcreteType | undefined)[]
}

export type Work = WorkBase &
  (
    | {
        readonly kind: 'formula'
        /** Input i of the formula is input i of the node. */
        readonly formula: Formula
      }
    | { readonly kind: 'reduction'; readonly reduction: Reduction }
    /** Elements into the first input at which the outputs begin. */
    | { readonly kind: 'view'; readonly offsets: readonly number[] }
    /** Elements into the output at which the inputs begin. */
    | { readonly kind: 'join'; readonly offsets: readonly number[] }
    | { readonly kind: 'kernel'; readonly hasEpilogue: boolean }
    | { readonly kind: 'host'; readonly reason: string }
  )

export type WorkOf<K extends Work['kind']> = Extract<Work, { readonly kind: K }>
