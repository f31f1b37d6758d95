/** Finds operator definitions by domain and name. The list itself is derived from the directory. */
import type { AnyOp } from './define.ts'
import { definitions } from './registry.gen.ts'

const byDomain: ReadonlyMap<string, ReadonlyMap<string, AnyOp>> = new Map(
  [...new Set(definitions.map((op) => op.domain))].map((domain) => [
    domain,
    new Map(definitions.filter((op) => op.domain === domain).map((op) => [op.name, op])),
  ]),
)

export const operators: readonly AnyOp[] = definitions

/** The definition of an operator, or undefined for an unknown one. `''` is the domain ai.onnx. */
export function tryFindOp(domain: string, name: string): AnyOp | undefined {
  return byDomain.get(domain)?.get(name)
}
