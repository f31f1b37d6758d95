/** Walks formulas and emits each part once; what the parts are made of is up to a backend. */
import type { DType } from '../base/dtype.ts'
import type { FunctionBuilder, Local, ModuleBuilder, Operand, ValType } from '../wasm/index.ts'
import { everyPart, type Formula, partsOf } from './formula.ts'
import type { Target } from './target.ts'

/** Where code for a formula goes, and what its inputs are. */
export interface FormulaContext<T extends ValType = ValType> {
  readonly m: ModuleBuilder
  readonly f: FunctionBuilder
  readonly target: Target
  /** The element of an input, in a register of its dtype; something that may be read more than once. */
  input(index: number, dtype: DType): Operand<T>
  /** Keeps constants of vectors in variables that are set before a loop; absent where there is none. */
  readonly constants?: ConstantPool | undefined
  /** Emits functions such as exp in place. Otherwise they are calls, which keeps code small. */
  readonly inlineMath?: boolean
}

export type ConstantPool = (key: string, value: Operand<'v128'>) => Operand<'v128'>

/** A pool whose variables are set where it was made. */
export function constantPool(f: FunctionBuilder): ConstantPool {
  const place = f.reserve()
  const known = new Map<string, Local<'v128'>>()
  return (key, value) => {
    const kept = known.get(key)
    if (kept) return kept
    place(() => void known.set(key, f.let(value)))
    return known.get(key)!
  }
}

type Kind<K extends Formula['kind']> = Extract<Formula, { readonly kind: K }>

export interface FormulaBackend<T extends ValType = ValType> {
  constant(part: Kind<'constant'>): Operand<T>
  unary(part: Kind<'unary'>, x: Operand<T>): Operand<T>
  binary(part: Kind<'binary'>, a: Operand<T>, b: Operand<T>): Operand<T>
  select(part: Kind<'select'>, condition: Operand<T>, yes: Operand<T>, no: Operand<T>): Operand<T>
  convert(part: Kind<'convert'>, x: Operand<T>): Operand<T>
}

export interface FormulaEmitter<T extends ValType = ValType> {
  /** Computes here what depends on such inputs only, so that later emissions find it. */
  hoist(formula: Formula, isFixed: (index: number) => boolean): void
  /** Emits the formula here. */
  emit(formula: Formula): Operand<T>
}

export function formulaEmitter<T extends ValType>(
  { f, input }: Pick<FormulaContext<T>, 'f' | 'input'>,
  backend: FormulaBackend<T>,
): FormulaEmitter<T> {
  const fixed = new Map<Formula, Operand<T>>()
  const emitInto = (formula: Formula, done: Map<Formula, Operand<T>>): Operand<T> => {
    const uses = useCounts(formula)
    const visit = (part: Formula): Operand<T> => {
      const known = done.get(part)
      if (known) return known
      const made = emitPart(part)
      // A variable for what is read twice; inputs are such already, and constants are cheap.
      const keep = partsOf(part).length > 0 && uses.get(part)! > 1
      const operand = keep ? f.let(made) : made
      done.set(part, operand)
      return operand
    }
    const emitPart = (part: Formula): Operand<T> => {
      switch (part.kind) {
        case 'input':
          return input(part.index, part.dtype)
        case 'constant':
          return backend.constant(part)
        case 'unary':
          return backend.unary(part, visit(part.x))
        case 'binary':
          return backend.binary(part, visit(part.a), visit(part.b))
        case 'select':
          return backend.select(part, visit(part.condition), visit(part.yes), visit(part.no))
        case 'convert':
          return backend.convert(part, visit(part.x))
        default:
          return part satisfies never
      }
    }
    return visit(formula)
  }
  return {
    hoist(formula, isFixed) {
      for (const part of fixedParts(formula, isFixed)) fixed.set(part, f.let(emitInto(part, new Map(fixed))))
    },
    emit: (formula) => emitInto(formula, new Map(fixed)),
  }
}

function useCounts(formula: Formula): Map<Formula, number> {
  const uses = new Map<Formula, number>()
  for (const part of everyPart(formula))
    for (const inner of partsOf(part)) uses.set(inner, (uses.get(inner) ?? 0) + 1)
  return uses
}

/** The largest parts that are computed, and from fixed inputs and constants only. */
function fixedParts(formula: Formula, isFixed: (index: number) => boolean): readonly Formula[] {
  const all = everyPart(formula)
  const fixed = new Set<Formula>()
  for (const part of all) {
    const holds =
      part.kind === 'input' ? isFixed(part.index) : partsOf(part).every((inner) => fixed.has(inner))
    if (holds) fixed.add(part)
  }
  const computed = (part: Formula) => fixed.has(part) && partsOf(part).length > 0
  const largest = new Set<Formula>(computed(formula) ? [formula] : [])
  for (const part of all)
    if (!fixed.has(part)) for (const inner of partsOf(part)) if (computed(inner)) largest.add(inner)
  return [...largest]
}
