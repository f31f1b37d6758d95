/** Finds the gradient rule of an operator. The list is derived from the directory. */
import type { AnyOp } from '../ops/define.ts'
import type { AnyGradient } from './rule.ts'
import { definitions } from './rules/registry.gen.ts'

const table: ReadonlyMap<AnyOp, AnyGradient> = new Map(definitions.map((one) => [one.op, one]))

export function tryFindGradient(op: AnyOp): AnyGradient | undefined {
  return table.get(op)
}
