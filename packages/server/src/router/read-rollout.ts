/** A rollout as clients send it: everything but the model is optional; unknown fields are refused. */
import { SlipwayError } from '@slipway/core'
import { plainRollout } from '../config/plain-rollout.ts'
import type { FeatureRule, Rollout, RuleMatch, Shadow, Split, Target } from '../contract/rollout.ts'

type Read<T> = (value: unknown, path: string) => T

/** Throws SLP-R19 with the path of what is wrong; whether the parts fit together is for `compileRollout`. */
export function readRollout(model: string, given: unknown): Rollout {
  const fields = read(given, '', {
    labels: record(text),
    rules: list(rule),
    splits: list(split),
    stickyKey,
    default: target,
    shadow,
    signature: oneOf('structural', 'strict', 'interface'),
  })
  return { ...plainRollout(model), ...fields }
}

const rule: Read<FeatureRule> = (value, path) =>
  required(read(value, path, { name: text, match: list(condition), target }), path, 'name', 'match', 'target')

const condition: Read<RuleMatch> = (value, path) => {
  const fields = {
    source: oneOf('header', 'parameter', 'claim'),
    name: text,
    op: oneOf('equals', 'prefix', 'regex', 'in', 'present'),
    values: list(text),
  }
  return required({ values: [], ...read(value, path, fields) }, path, 'source', 'name', 'op')
}

const target: Read<Target> = (value, path) => {
  const { version, label } = read(value, path, { version: text, label: text })
  if (version !== undefined && label === undefined) return { version }
  if (label !== undefined && version === undefined) return { label }
  return refuse(path, 'have a version or a label', value)
}

const split: Read<Split> = (value, path) =>
  required(read(value, path, { target, percent: number }), path, 'target', 'percent')

const shadow: Read<Shadow | undefined> = (value, path) => (value === null ? undefined : split(value, path))

const stickyKey: Read<Rollout['stickyKey']> = (value, path) => {
  if (value === null) return undefined
  const fields = { source: oneOf('header', 'parameter', 'claim'), name: text }
  return required(read(value, path, fields), path, 'source', 'name')
}

function text(value: unknown, path: string): string {
  return typeof value === 'string' && value.length <= 1000 ? value : refuse(path, 'be a short text', value)
}

function number(value: unknown, path: string): number {
  return typeof value === 'number' ? value : refuse(path, 'be a number', value)
}

function oneOf<const T extends string>(...values: readonly T[]): Read<T> {
  return (value, path) => {
    const found = values.find((known) => known === value)
    return found ?? refuse(path, `be ${values.join(', ')}`, value)
  }
}

function list<T>(item: Read<T>): Read<readonly T[]> {
  return (value, path) =>
    Array.isArray(value)
      ? value.map((one, i) => item(one, `${path}[${i}]`))
      : refuse(path, 'be a list', value)
}

function record<T>(item: Read<T>): Read<Readonly<Record<string, T>>> {
  return (value, path) => {
    const entries = Object.entries(objectOf(value, path))
    return Object.fromEntries(entries.map(([key, one]) => [key, item(one, `${path}.${key}`)]))
  }
}

/** The fields that are there. */
function read<T extends Readonly<Record<string, Read<unknown>>>>(
  value: unknown,
  path: string,
  fields: T,
): { [K in keyof T]?: ReturnType<T[K]> } {
  const entries = Object.entries(objectOf(value, path)).map(([key, one]) => {
    const at = path === '' ? key : `${path}.${key}`
    const field = Object.hasOwn(fields, key) ? fields[key] : undefined
    if (!field) return refuse(at, `be one of ${Object.keys(fields).join(', ')}`, key)
    return [key, field(one, at)]
  })
  return Object.fromEntries(entries) as { [K in keyof T]?: ReturnType<T[K]> } // read by the fields
}

function required<T extends object, K extends keyof T & string>(
  fields: T,
  path: string,
  ...names: readonly K[]
): T & { [P in K]-?: Exclude<T[P], undefined> } {
  for (const name of names) if (fields[name] === undefined) refuse(`${path}.${name}`, 'be given', undefined)
  return fields as T & { [P in K]-?: Exclude<T[P], undefined> } // checked above
}

function objectOf(value: unknown, path: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  return refuse(path, 'be an object', value)
}

function refuse(path: string, rule: string, got: unknown): never {
  const shown = got === undefined ? 'nothing' : (JSON.stringify(got) ?? typeof got).slice(0, 100)
  throw new SlipwayError(
    'SLP-R19',
    `Cannot read rollout: ${path.slice(0, 200) || 'it'} must ${rule}, got ${shown}`,
  )
}
