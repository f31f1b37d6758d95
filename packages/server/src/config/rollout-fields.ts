/** The rollout that a model starts with, as slipway.yaml has it. */
import type { FeatureRule, RuleMatch, Shadow, Split, Target } from '../contract/rollout.ts'
import { isVersion } from '../oip/names.ts'
import { at, configError, type Place, show } from './config-error.ts'
import {
  type Fields,
  fields,
  list,
  number,
  oneOf,
  type Read,
  record,
  required,
  text,
} from './plain-fields.ts'
import { plainRollout } from './plain-rollout.ts'
import type { RolloutSeed } from './serving-config.ts'

const sources = ['header', 'parameter', 'claim'] as const
const operations = ['equals', 'prefix', 'regex', 'in', 'present'] as const
const signatures = ['structural', 'strict', 'interface'] as const
const percent = number('from 0 to 100', (value) => value >= 0 && value <= 100)

/** A version as a number or a text, for YAML takes 3 for a number. */
export const version: Read<string> = (value, place) => {
  const name = typeof value === 'number' ? String(value) : value
  if (typeof name === 'string' && isVersion(name)) return name
  throw configError(place, 'a version, a positive integer, must stand here', show(value))
}

const target: Read<Target> = (value, place) => {
  const { version: number, label } = fields({ version, label: text })(value, place)
  if (number !== undefined && label === undefined) return { version: number }
  if (label !== undefined && number === undefined) return { label }
  throw configError(
    place,
    'either a version or a label must be given',
    number === undefined ? 'none' : 'both',
  )
}

/** Several texts, or one without brackets. */
const texts: Read<readonly string[]> = (value, place) =>
  Array.isArray(value) ? list(text)(value, place) : [text(value, place)]

const match: Read<RuleMatch> = (value, place) => {
  const {
    source,
    name,
    op = 'equals',
    values = [],
  } = fields({
    source: oneOf(sources),
    name: text,
    op: oneOf(operations),
    values: texts,
  })(value, place)
  const from = required(source, place, 'source')
  const key = required(name, place, 'name')
  checkValues(op, values, at(place, 'values'))
  return { source: from, name: from === 'header' ? key.toLowerCase() : key, op, values }
}

function checkValues(op: RuleMatch['op'], values: readonly string[], place: Place): void {
  const [least, most, wanted] = valueCounts[op]
  if (values.length >= least && values.length <= most) return
  throw configError(place, `"${op}" must have ${wanted}`, `${values.length}`)
}

const valueCounts = {
  equals: [1, 1, 'one value'],
  prefix: [1, 1, 'one value'],
  regex: [1, 1, 'one value'],
  in: [1, 1000, 'one to 1000 values'],
  present: [0, 0, 'no value'],
} as const satisfies Record<RuleMatch['op'], readonly [number, number, string]>

const rule: Read<FeatureRule> = (value, place) => {
  const read = fields({ name: text, match: list(match), target })(value, place)
  return {
    name: required(read.name, place, 'name'),
    match: required(read.match, place, 'match'),
    target: required(read.target, place, 'target'),
  }
}

const share: Read<Split & Shadow> = (value, place) => {
  const read = fields({ target, percent })(value, place)
  return { target: required(read.target, place, 'target'), percent: required(read.percent, place, 'percent') }
}

const key = (value: unknown, place: Place) => {
  const read = fields({ source: oneOf(sources), name: text })(value, place)
  const source = required(read.source, place, 'source')
  const name = required(read.name, place, 'name')
  return { source, name: source === 'header' ? name.toLowerCase() : name }
}

const rolloutFields = fields({
  rules: list(rule),
  splits: list(share),
  sticky_key: key,
  default: target,
  shadow: share,
  signature: oneOf(signatures),
})

export const labels = record(version)

type RolloutFields = Fields<{ labels: Readonly<Record<string, string>>; rollout: unknown }>

/** Undefined where neither labels nor a rollout are given. Whether the parts fit together is for `compileRollout`. */
export function readRolloutSeed(given: RolloutFields, place: Place): RolloutSeed | undefined {
  if (given.labels === undefined && given.rollout === undefined) return undefined
  const inner = at(place, 'rollout')
  const read = rolloutFields(given.rollout ?? {}, inner)
  const { model: _, ...plain } = plainRollout('')
  return {
    labels: given.labels ?? plain.labels,
    rules: read.rules ?? plain.rules,
    splits: read.splits ?? plain.splits,
    stickyKey: read.sticky_key,
    default: read.default,
    shadow: read.shadow,
    signature: read.signature ?? plain.signature,
  }
}
