/**
 * slipway.yaml: the fields of the model configuration with their own names, and Slipway's beside them. Strict: what
 * no field is called is refused, with the name that was probably meant.
 */
import { SlipwayError } from '@slipway/core'
import { parseDocument } from 'yaml'
import type { RateLimit } from '../contract/served-version.ts'
import { ModelConfigSchema } from '../proto/model_config_pb.ts'
import { configError, type Place, show } from './config-error.ts'
import { fromPlain, isPlainObject, type PlainObject } from './from-plain.ts'
import { type Fields, fields, flag, integer, number, oneOf, type Read, unknownField } from './plain-fields.ts'
import { labels, readRolloutSeed } from './rollout-fields.ts'
import {
  defaultSlipwayOptions,
  type ExecutionOptions,
  executionModes,
  paddingModes,
  reloadModes,
  type ServingConfig,
  type SlipwayOptions,
} from './serving-config.ts'

const mostCharacters = 2 ** 20
const place: Place = { what: 'slipway.yaml', path: '' }
const modelFields = ModelConfigSchema.fields.map(({ name }) => name)

const rate: Read<RateLimit> = (value, at) => {
  const positive = number('above 0', (amount) => amount > 0)
  const { per_second, burst } = fields({ per_second: positive, burst: integer(1) })(value, at)
  if (per_second === undefined) throw configError(at, 'per_second must be given', 'nothing')
  return { perSecond: per_second, burst: burst ?? Math.max(1, Math.ceil(per_second)) }
}

/** A mode alone, or fields. */
const execution: Read<ExecutionOptions> = (value, at) => {
  const mode = oneOf(executionModes)
  if (typeof value === 'string') return { ...defaultSlipwayOptions.execution, mode: mode(value, at) }
  const read = fields({ mode, instances: integer(1, 1024), threads: integer(1, 1024) })(value, at)
  return { mode: read.mode ?? 'auto', instances: read.instances, threads: read.threads }
}

const slipwayFields = {
  labels,
  rollout: (value: unknown) => value,
  limits: fields({ rate, tenant_rate: rate, max_queue_size: integer(1) }),
  execution,
  warmup: flag,
  reload: oneOf(reloadModes),
  padding: oneOf(paddingModes),
}

export interface YamlConfig extends ServingConfig {
  /** Fields of the model configuration that the file has. */
  readonly modelFields: readonly string[]
}

/** Throws SLP-R19 with line and column for what is no YAML, with the path of the field otherwise. */
export function readYamlConfig(text: string): YamlConfig {
  const value = parseYaml(text)
  const own: Record<string, unknown> = {}
  const model: Record<string, unknown> = {}
  for (const [key, entry] of Object.entries(value)) {
    if (Object.hasOwn(slipwayFields, key)) own[key] = entry
    else if (modelFields.includes(key)) model[key] = emptyForNull(key, entry)
    else throw unknownField({ ...place, path: key }, key, [...modelFields, ...Object.keys(slipwayFields)])
  }
  return {
    model: fromPlain(ModelConfigSchema, model, place),
    slipway: toOptions(fields(slipwayFields)(own, place)),
    modelFields: Object.keys(model),
  }
}

/** `dynamic_batching:` with nothing behind it means the message without fields. */
function emptyForNull(key: string, entry: unknown): unknown {
  const field = ModelConfigSchema.fields.find(({ name }) => name === key)
  return entry === null && field?.fieldKind === 'message' ? {} : entry
}

function toOptions(
  read: Fields<{ [K in keyof typeof slipwayFields]: ReturnType<(typeof slipwayFields)[K]> }>,
): SlipwayOptions {
  const { limits, warmup, reload, padding } = read
  return {
    rollout: readRolloutSeed(read, place),
    limits: {
      rate: limits?.rate,
      tenantRate: limits?.tenant_rate,
      maxQueueSize: limits?.max_queue_size,
    },
    execution: read.execution ?? defaultSlipwayOptions.execution,
    warmup: warmup ?? defaultSlipwayOptions.warmup,
    reload: reload ?? defaultSlipwayOptions.reload,
    padding: padding ?? defaultSlipwayOptions.padding,
  }
}

function parseYaml(text: string): PlainObject {
  if (text.length > mostCharacters) {
    const rule = `it may have ${mostCharacters} characters at most`
    throw new SlipwayError('SLP-L1', `Cannot read ${place.what}: ${rule}, got ${text.length}`)
  }
  const document = parseDocument(text, { uniqueKeys: true, prettyErrors: false })
  const wrong = document.errors[0] ?? document.warnings[0]
  if (wrong) {
    const before = text.slice(0, wrong.pos[0]).split('\n')
    const path = `${before.length}:${before.at(-1)!.length + 1}`
    throw configError({ ...place, path }, 'it must be YAML', wrong.message)
  }
  let value: unknown
  try {
    // An alias may stand for much more text than the file has.
    value = document.toJS({ maxAliasCount: 100 })
  } catch (error) {
    throw configError(place, 'it must be YAML', (error as Error).message) // a ReferenceError of the library
  }
  if (value === null || value === undefined) return {}
  if (!isPlainObject(value)) throw configError(place, 'fields must stand here', show(value))
  return value
}
