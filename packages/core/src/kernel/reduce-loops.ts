/** What the schemes of reductions share: the loops over what is reduced, and the formulas of one step. */
import type { DType } from '../base/dtype.ts'
import { type FunctionBuilder, type Local, type Operand, op, type ValType } from '../wasm/index.ts'
import { apply2, type Formula, input, type Reduction } from './formula.ts'
import type { KernelBuilder } from './kernel.ts'

/** `along`: vectors lie along what is reduced; `across`: along the results; `single`: there are none. */
export type ReductionScheme = 'along' | 'across' | 'single'

export interface ReductionInput {
  readonly index: number
  readonly dtype: DType
  /** From one element to the next along the innermost axis. */
  readonly step: 0 | 1
}

export interface ReductionCode {
  readonly scheme: ReductionScheme
  readonly formula: Formula
  readonly combine: Reduction['combine']
  readonly identity: Formula & { readonly kind: 'constant' }
  /** Of input 0, the combined elements. */
  readonly finish: Formula
  readonly inputs: readonly ReductionInput[]
  /** Axes that are reduced. */
  readonly reduced: number
  /** The outermost axis of the walk counts parts of the outermost reduced axis. */
  readonly inParts: boolean
}

type Address = Local<'i32'>

/** Where the inputs stand, moved by the loops. */
export interface ReductionLoops {
  readonly k: KernelBuilder
  readonly code: ReductionCode
  readonly at: readonly Address[]
  /** Sizes of the reduced axes, from the outermost. */
  readonly sizes: readonly Address[]
}

/** The formula of a combined element and the next one, whose input `formula` would have at `index`. */
export const stepOf = ({ combine, formula }: ReductionCode, index: number): Formula =>
  apply2(combine, input(index, formula.dtype), formula)

/** Both elements combined: inputs 0 and 1. */
export const joinOf = ({ combine, formula: { dtype } }: ReductionCode): Formula =>
  apply2(combine, input(0, dtype), input(1, dtype))

/** Runs `body` for each index of the first `axes` reduced axes; the addresses are what they were afterwards. */
export function eachReduced(
  { k: { f, arg }, code, at, sizes }: ReductionLoops,
  axes: number,
  body: () => void,
): void {
  const nested = (axis: number): void => {
    if (axis === axes) {
      body()
      return
    }
    const strides = code.inputs.map((_, i) => f.let(arg(`in${i}_r${axis}`)))
    f.repeat(sizes[axis]!, () => {
      nested(axis + 1)
      at.forEach((address, i) => {
        f.add(address, strides[i]!)
      })
    })
    at.forEach((address, i) => {
      f.set(address, op('i32.sub', address, op('i32.mul', sizes[axis]!, strides[i]!)))
    })
  }
  nested(0)
}

/** A context for formulas whose inputs are at hand. */
export const contextOf = <T extends ValType>(
  {
    m,
    f,
    target,
  }: {
    readonly m: KernelBuilder['m']
    readonly f: FunctionBuilder
    readonly target: KernelBuilder['target']
  },
  of: (index: number) => Operand<T>,
) => ({ m, f, target, input: of })
