/** Elementwise work along one row: inputs are contiguous or one element, the output is contiguous. */
import type { DType } from '../base/dtype.ts'
import { i32, type Local, type Operand, op, type ValType } from '../wasm/index.ts'
import type { Formula } from './formula.ts'
import { isLight } from './formula-cost.ts'
import type { ConstantPool } from './formula-emitter.ts'
import type { KernelBuilder } from './kernel.ts'
import type { RowPart } from './row-walk.ts'
import { scalarEmitter } from './scalar-formula.ts'
import {
  bytesOf,
  loadScalar,
  loadSplat,
  loadVector,
  storeFirst,
  storeScalar,
  storeVector,
} from './storage.ts'
import { isVectorizable, vectorEmitter } from './vector-formula.ts'

export interface RowInput {
  /** In the formula. */
  readonly index: number
  readonly dtype: DType
  /** From one element to the next along the row. */
  readonly step: 0 | 1
  /** It has the shape of the output. */
  readonly whole: boolean
}

type Address = Local<'i32'>

/** Addresses of a row's elements: moved on while it is worked on. */
interface Row {
  readonly formula: Formula
  readonly inputs: readonly RowInput[]
  /** The output, then the inputs. */
  readonly at: readonly Address[]
}

/** Computes a part of a row; the pointers are those of the output, then of the inputs. */
export function emitRow(
  k: KernelBuilder,
  formula: Formula,
  inputs: readonly RowInput[],
  { start, count, pointers }: RowPart,
  constants: ConstantPool,
): void {
  const { f } = k
  const moved = (pointer: Address, dtype: DType, step: 0 | 1) =>
    step === 0 ? pointer : f.let(op('i32.add', pointer, op('i32.mul', start, i32(bytesOf(dtype)))))
  const at = [
    moved(pointers[0]!, formula.dtype, 1),
    ...inputs.map(({ dtype, step }, i) => moved(pointers[i + 1]!, dtype, step)),
  ]
  const row = { formula, inputs, at }
  if (isVectorizable(formula)) emitVectors(k, row, count, constants)
  else emitElements(k, row, count)
}

/** Moves the addresses on by elements. */
function advance({ f }: KernelBuilder, { formula, inputs, at }: Row, elements: number): void {
  f.add(at[0]!, elements * bytesOf(formula.dtype))
  inputs.forEach(({ dtype, step }, i) => {
    if (step === 1) f.add(at[i + 1]!, elements * bytesOf(dtype))
  })
}

/** Inputs of a formula from registers that are filled by `fill`; those with step 0 are read once, here. */
function registers<T extends ValType>(
  { f }: KernelBuilder,
  { inputs, at }: Row,
  first: (input: RowInput, address: Address) => Operand<T>,
) {
  const held = new Map<number, Operand<T>>()
  inputs.forEach((input, i) => {
    if (input.step === 0) held.set(input.index, f.let(first(input, at[i + 1]!)))
  })
  return {
    input: (index: number) => held.get(index)!,
    isFixed: (index: number) => inputs.some((input) => input.index === index && input.step === 0),
    /** Loads the others. */
    fill(load: (input: RowInput, address: Address) => Operand<T>) {
      inputs.forEach((input, i) => {
        if (input.step === 1) held.set(input.index, f.let(load(input, at[i + 1]!)))
      })
    },
  }
}

function emitVectors(k: KernelBuilder, row: Row, count: Address, constants: ConstantPool): void {
  const { f, m, target } = k
  const { formula, at } = row
  const elements = registers<'v128'>(k, row, ({ dtype }, address) => loadSplat(f, dtype, address))
  const emitter = vectorEmitter({
    m,
    f,
    target,
    input: elements.input,
    constants,
    inlineMath: true,
  })
  emitter.hoist(formula, elements.isFixed)
  /** Four elements, `ahead` of where the addresses are. */
  const compute = (ahead: number) => {
    elements.fill(({ dtype }, address) => loadVector(f, dtype, address, ahead * bytesOf(dtype)))
    return emitter.emit(formula)
  }
  const out = at[0]!
  const put = (ahead: number) =>
    storeVector(f, formula.dtype, out, compute(ahead), ahead * bytesOf(formula.dtype))
  if (!isLight(formula)) {
    const rest = f.let(count)
    f.repeat(op('i32.shr_u', op('i32.add', count, i32(3)), i32(2)), () => {
      const value = f.let(compute(0))
      f.if(
        op('i32.ge_s', rest, i32(4)),
        () => storeVector(f, formula.dtype, out, value),
        () => storeFirst(f, formula.dtype, out, value, rest),
      )
      f.add(rest, -4)
      advance(k, row, 4)
    })
    return
  }
  f.repeat(op('i32.shr_u', count, i32(4)), () => {
    for (const ahead of [0, 4, 8, 12]) put(ahead)
    advance(k, row, 16)
  })
  f.repeat(op('i32.and', op('i32.shr_u', count, i32(2)), i32(3)), () => {
    put(0)
    advance(k, row, 4)
  })
  const rest = f.let(op('i32.and', count, i32(3)))
  f.if(rest, () => storeFirst(f, formula.dtype, out, compute(0), rest))
}

function emitElements(k: KernelBuilder, row: Row, count: Address): void {
  const { f, m, target } = k
  const { formula } = row
  const elements = registers<ValType>(k, row, ({ dtype }, address) => loadScalar(f, dtype, address))
  const emitter = scalarEmitter({ m, f, target, input: elements.input })
  emitter.hoist(formula, elements.isFixed)
  f.repeat(count, () => {
    elements.fill(({ dtype }, address) => loadScalar(f, dtype, address))
    storeScalar(f, formula.dtype, row.at[0]!, emitter.emit(formula))
    advance(k, row, 1)
  })
}
