/** Whether the inputs' types lie within an operator's type constraints, and agree where they share a variable. */
import { typeText, type ValueType } from '../base/value.ts'
import type { Arranged } from './arrange.ts'
import type { AnyOp } from './define.ts'
import type { Fact } from './fact.ts'
import { refuse } from './refuse.ts'

/** A type without shapes, as constraints spell it: `float32`, `seq(float32)`, `map(int64,float32)`. */
export function patternOf(type: ValueType): string {
  switch (type.kind) {
    case 'tensor':
      return type.dtype
    case 'sparse':
      return `sparse(${type.dtype})`
    case 'sequence':
      return `seq(${patternOf(type.element)})`
    case 'optional':
      return `optional(${patternOf(type.element)})`
    case 'map':
      return `map(${type.key},${patternOf(type.value)})`
    default:
      return type satisfies never
  }
}

/** Throws SLP-O2 where an input's type is not allowed or contradicts another input of the same variable. */
export function checkTypes(op: AnyOp, args: Arranged<Fact>): void {
  const bound = new Map<string, string>()
  for (const name in op.inputs) {
    const param = op.inputs[name]!
    const given = args[name]
    const facts = (Array.isArray(given) ? given : [given]) as readonly (Fact | undefined)[] // one or a list
    for (const fact of facts) {
      if (!fact) continue
      const pattern = patternOf(fact.type)
      const allowed = op.types[param.type] ?? [param.type]
      if (!allowed.includes(pattern)) {
        refuse(`${name} must be one of ${allowed.join(', ')}`, typeText(fact.type))
      }
      if (!op.types[param.type] || !param.homogeneous) continue
      const before = bound.get(param.type)
      if (before !== undefined && before !== pattern) {
        refuse(`${name} must have the type ${before} of the inputs before it`, typeText(fact.type))
      }
      bound.set(param.type, pattern)
    }
  }
}
