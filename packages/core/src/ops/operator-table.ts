/** Definitions by domain and name. */
import type { AnyOp } from './define.ts'

/** The definition of an operator, or undefined for an unknown one. `''` is the domain ai.onnx. */
export type FindOp = (domain: string, name: string) => AnyOp | undefined

export interface OperatorTable {
  readonly definitions: readonly AnyOp[]
  readonly find: FindOp
}

/** Makes a list of definitions searchable. */
export function operatorTable(definitions: readonly AnyOp[]): OperatorTable {
  const byDomain: ReadonlyMap<string, ReadonlyMap<string, AnyOp>> = new Map(
    [...new Set(definitions.map((op) => op.domain))].map((domain) => [
      domain,
      new Map(definitions.filter((op) => op.domain === domain).map((op) => [op.name, op])),
    ]),
  )
  return { definitions, find: (domain, name) => byDomain.get(domain)?.get(name) }
}
