/**
 * A model configuration as JSON, as `GET /config` answers and the load call takes it: names of the schema, every
 * field that is not a message, and 64-bit integers as numbers. Protobuf's own JSON has texts for them; clients of
 * this protocol read dims as numbers.
 */
import {
  type DescField,
  type DescMessage,
  type JsonObject,
  type JsonValue,
  ScalarType,
  toJson,
} from '@bufbuild/protobuf'
import { SlipwayError } from '@slipway/core'
import { type ModelConfig, ModelConfigSchema } from '../proto/model_config_pb.ts'
import { configError, show } from './config-error.ts'
import { fromPlain, isPlainObject } from './from-plain.ts'

const mostCharacters = 2 ** 20

export function modelConfigToJson(config: ModelConfig): JsonObject {
  const json = toJson(ModelConfigSchema, config, { useProtoFieldName: true, alwaysEmitImplicit: true })
  return withNumbers(json as JsonObject, ModelConfigSchema) // messages become objects
}

/** Throws SLP-R19 with the path of the field that is wrong, SLP-L1 for a text that is too long. */
export function modelConfigFromJson(text: string, what = 'the configuration'): ModelConfig {
  if (text.length > mostCharacters) {
    const rule = `it may have ${mostCharacters} characters at most`
    throw new SlipwayError('SLP-L1', `Cannot read ${what}: ${rule}, got ${text.length}`)
  }
  const place = { what, path: '' }
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw configError(place, 'it must be JSON', (error as Error).message) // a SyntaxError
  }
  if (!isPlainObject(value)) throw configError(place, 'it must be a JSON object', show(value))
  return fromPlain(ModelConfigSchema, value, place)
}

function withNumbers(object: JsonObject, { fields }: DescMessage): JsonObject {
  return Object.fromEntries(
    Object.entries(object).map(([name, value]) => {
      const field = fields.find((candidate) => candidate.name === name)
      return [name, field ? fieldWithNumbers(value, field) : value]
    }),
  )
}

function fieldWithNumbers(value: JsonValue, field: DescField): JsonValue {
  if (field.message === undefined) return longsToNumbers(value, field)
  const { message } = field
  const inner = (entry: JsonValue) => withNumbers(entry as JsonObject, message) // messages become objects
  if (Array.isArray(value)) return value.map(inner)
  if (field.fieldKind !== 'map') return inner(value)
  return Object.fromEntries(
    Object.entries(value as JsonObject).map(([key, entry]) => [key, inner(entry)]), // maps become objects
  )
}

/** Integers that a number cannot hold stay texts. */
function longsToNumbers(value: JsonValue, field: DescField): JsonValue {
  if (!isLong(field)) return value
  const toNumber = (entry: JsonValue) =>
    typeof entry === 'string' && Number.isSafeInteger(Number(entry)) ? Number(entry) : entry
  return Array.isArray(value) ? value.map(toNumber) : toNumber(value)
}

const longTypes: ReadonlySet<ScalarType> = new Set([ScalarType.INT64, ScalarType.UINT64])
const isLong = ({ fieldKind, scalar }: DescField) =>
  fieldKind !== 'map' && scalar !== undefined && longTypes.has(scalar)
