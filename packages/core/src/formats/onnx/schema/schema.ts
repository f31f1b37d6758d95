/** What an operator looked like in a given operator set: counts and attributes, from definitions and history. */
import type { AnyOp } from '../../../ops/define.ts'
import { tryFindOp } from '../../../ops/registry.ts'
import { schemaHistory } from './schema-history.ts'

export interface AttributeRule {
  readonly kind: string
  readonly required: boolean
  /** Allowed texts, where the newest definition lists them. */
  readonly values?: readonly string[] | undefined
}

export interface Schema {
  readonly sinceVersion: number
  readonly inputs: readonly [least: number, most: number]
  readonly outputs: readonly [least: number, most: number]
  readonly attributes: ReadonlyMap<string, AttributeRule>
  readonly deprecated: boolean
}

export type SchemaLookup = Schema | 'unknown operator' | { readonly firstVersion: number }

/** The schema in force at a version of a domain. */
export function schemaAt(domain: string, name: string, version: number): SchemaLookup {
  const op = tryFindOp(domain, name)
  if (!op) return 'unknown operator'
  const since = op.since.filter((one) => one <= version).at(-1)
  if (since === undefined) return { firstVersion: op.since[0]! }
  const row = schemaHistory[domain === '' ? name : `${domain}.${name}`]?.[since]
  return row === undefined || since === op.since.at(-1) ? newest(op, since) : parse(row, since, op)
}

function newest(op: AnyOp, sinceVersion: number): Schema {
  return {
    sinceVersion,
    inputs: counts(op.inputs),
    outputs: counts(op.outputs),
    attributes: new Map(
      Object.entries(op.attrs).map(([name, { kind, presence, values }]) => [
        name,
        { kind, required: presence === 'required', values },
      ]),
    ),
    deprecated: op.deprecated,
  }
}

function counts(params: AnyOp['inputs']): readonly [number, number] {
  const list = Object.values(params)
  const lastRequired = list.findLastIndex(
    ({ arity, least }) => arity === 'single' || (arity === 'variadic' && least > 0),
  )
  const variadic = list.at(-1)?.arity === 'variadic'
  const least =
    lastRequired < 0
      ? 0
      : lastRequired + (list[lastRequired]!.arity === 'variadic' ? list[lastRequired]!.least : 1)
  return [least, variadic ? Number.POSITIVE_INFINITY : list.length]
}

function parse(row: string, sinceVersion: number, op: AnyOp): Schema {
  const [inputs, outputs, ...attributes] = row.split(' ')
  return {
    sinceVersion,
    inputs: range(inputs!),
    outputs: range(outputs!),
    attributes: new Map(
      attributes
        .filter((text) => text.includes(':'))
        .map((text) => {
          const [name, kind] = text.split(':') as [string, string] // the row's own form
          const values = op.attrs[name]?.values
          return [name, { kind: kind.replace('!', ''), required: kind.endsWith('!'), values }] as const
        }),
    ),
    deprecated: attributes.includes('#deprecated'),
  }
}

function range(text: string): readonly [number, number] {
  const [least, most] = text.split('..')
  return [Number(least), most === '*' ? Number.POSITIVE_INFINITY : Number(most)]
}
