/** Which element types a version of an operator allowed. */
import { typeText, type ValueType } from '../../../base/value.ts'
import { operatorText } from '../../../ir/graph.ts'
import { patternOf } from '../../../ops/check-types.ts'
import type { AnyOp } from '../../../ops/define.ts'
import type { Params } from '../../../ops/param.ts'
import { typeGroups, typeHistory } from './type-history.ts'

/** Types of a node's inputs and outputs by place; undefined where a value is omitted or its type not known. */
export interface NodeTypes {
  readonly inputs: readonly (ValueType | undefined)[]
  readonly outputs: readonly (ValueType | undefined)[]
}

/**
 * Which rule of a version of an operator the types of a node break, such as "X must be one of float32, float64, got
 * bfloat16[2]"; undefined where they keep to all. Types that are not known break none.
 *
 * @param version one of the operator's own versions
 */
export function typeProblem(op: AnyOp, version: number, types: NodeTypes): string | undefined {
  const allowed = allowedTypes(op, version)
  const places = placed(op, types)
  for (const { name, type, variable } of places) {
    const list = allowed(variable)
    if (type && !list.includes(patternOf(type))) {
      return `${name} must be one of ${list.join(', ')}, got ${typeText(type)}`
    }
  }
  for (const group of groupsOfOneType(op, version)) {
    const [first, ...rest] = places.filter(({ name, type }) => type && group.includes(name))
    const other = rest.find(({ type }) => patternOf(type!) !== patternOf(first!.type!))
    if (other)
      return `${other.name} must have the type of ${first!.name}, ${typeText(first!.type!)}, got ${typeText(other.type!)}`
  }
  return undefined
}

/** Whether a version allows every type that the newest one does, for the parameters at hand. */
export function allowsNewestTypes(op: AnyOp, version: number): boolean {
  const rows = rowsFrom(op, version)
  return !rows.some((row) => row.includes('-')) && groupsOfOneType(op, version).length === 0
}

/** The allowed types of a type variable in a version. */
export function allowedTypes(op: AnyOp, version: number): (variable: string) => readonly string[] {
  const changes = rowsFrom(op, version).flatMap((row) => row.split(' '))
  return (variable) => {
    const allowed = new Set(op.types[variable] ?? [variable])
    for (const change of changes) {
      const [, name, list = ''] = /^(\w+)([-+].*)$/.exec(change) ?? []
      if (name !== variable) continue
      for (const [, sign, types = ''] of list.matchAll(/([-+])([^-+]+)/g)) {
        for (const type of expand(types)) sign === '-' ? allowed.delete(type) : allowed.add(type)
      }
    }
    return [...allowed]
  }
}

/** The rows of a version and all after it, newest first. */
function rowsFrom(op: AnyOp, version: number): string[] {
  const rows = typeHistory[keyOf(op)] ?? {}
  return op.since.toReversed().flatMap((since) => (since >= version && rows[since] ? [rows[since]] : []))
}

/** Parameters that had one type in a version, though the newest one tells them apart. */
function groupsOfOneType(op: AnyOp, version: number): string[][] {
  const tokens = typeHistory[keyOf(op)]?.[version]?.split(' ') ?? []
  return tokens.filter((token) => token.includes('=')).map((token) => token.split('='))
}

const keyOf = (op: AnyOp): string => operatorText({ domain: op.domain, op: op.name })

/** `float8` is a group, `seq(a|b)` both sequences. */
function expand(text: string): readonly string[] {
  const [, carrier, inner] = /^(seq|optional)\((.*)\)$/.exec(text) ?? []
  if (carrier && inner)
    return alternatives(inner)
      .flatMap(expand)
      .map((type) => `${carrier}(${type})`)
  return typeGroups[text] ?? [text]
}

/** The parts between bars that stand in no inner parentheses. */
function alternatives(text: string): string[] {
  const parts = ['']
  let depth = 0
  for (const char of text) {
    if (char === '(') depth++
    if (char === ')') depth--
    if (char === '|' && depth === 0) parts.push('')
    else parts[parts.length - 1] += char
  }
  return parts
}

interface Place {
  readonly name: string
  readonly variable: string
  readonly type: ValueType | undefined
}

function placed(op: AnyOp, { inputs, outputs }: NodeTypes): Place[] {
  const of = (params: Params, types: readonly (ValueType | undefined)[]): Place[] => {
    const names = Object.keys(params)
    return types.flatMap((type, i): Place[] => {
      const last = names.at(-1)
      const name = names[i] ?? (last !== undefined && params[last]!.arity === 'variadic' ? last : undefined)
      return name === undefined ? [] : [{ name, variable: params[name]!.type, type }]
    })
  }
  return [...of(op.inputs, inputs), ...of(op.outputs, outputs)]
}
