/**
 * Values as JSON and YAML have them → messages. Fields have their names of the schema, or those of protobuf's JSON;
 * values of enums may leave the prefix out that all have in common. Errors say the path of the field.
 */
import {
  create,
  type DescEnum,
  type DescField,
  type DescMessage,
  type MessageShape,
} from '@bufbuild/protobuf'
import { type ReflectList, type ReflectMap, type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect'
import { nameHint } from '@slipway/core'
import { at, configError, type Place, show } from './config-error.ts'
import { plainScalar } from './plain-scalar.ts'

export type PlainObject = Readonly<Record<string, unknown>>

export const isPlainObject = (value: unknown): value is PlainObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Throws SLP-R19 for what the schema does not allow. */
export function fromPlain<Desc extends DescMessage>(
  schema: Desc,
  value: PlainObject,
  place: Place,
): MessageShape<Desc> {
  const message = create(schema)
  readFields(reflect(schema, message), value, place)
  return message
}

function readFields(message: ReflectMessage, value: PlainObject, place: Place): void {
  const { fields } = message.desc
  for (const [key, entry] of Object.entries(value)) {
    const field = fields.find(({ name, jsonName }) => name === key || jsonName === key)
    const inner = at(place, key)
    if (!field) {
      const remedy = nameHint(
        key,
        fields.map(({ name }) => name),
      )
      throw configError(inner, 'a field of this name must exist', show(key), {
        ...(remedy !== undefined && { remedy }),
      })
    }
    // What protobuf's JSON says of a field that is not set.
    if (entry === null || entry === undefined) continue
    const other = field.oneof && message.oneofCase(field.oneof)
    if (other)
      throw configError(inner, `only one of "${other.name}" and "${field.name}" may be given`, 'both')
    if (field.fieldKind !== 'message' && message.isSet(field))
      throw configError(inner, 'a field must stand once', 'it twice')
    readField(message, field, entry, inner)
  }
}

function readField(message: ReflectMessage, field: DescField, value: unknown, place: Place): void {
  if (field.fieldKind === 'list') readList(message.get(field), field, value, place)
  else if (field.fieldKind === 'map') readMap(message.get(field), field, value, place)
  else if (field.fieldKind === 'message') message.set(field, readMessage(field.message, value, place))
  else if (field.fieldKind === 'enum') message.set(field, readEnum(field.enum, value, place))
  else message.set(field, plainScalar(field.scalar, value, place))
}

function readList(
  list: ReflectList,
  field: DescField & { fieldKind: 'list' },
  value: unknown,
  place: Place,
): void {
  if (!Array.isArray(value)) throw configError(place, 'a list must stand here', show(value))
  value.forEach((entry: unknown, i) => list.add(readElement(field, entry, at(place, i))))
}

function readMap(
  map: ReflectMap,
  field: DescField & { fieldKind: 'map' },
  value: unknown,
  place: Place,
): void {
  if (!isPlainObject(value)) throw configError(place, 'keys and values must stand here', show(value))
  for (const [key, entry] of Object.entries(value)) {
    const inner = at(place, key)
    // An object would take this key for its prototype.
    if (key === '__proto__') throw configError(inner, 'a key must be any other text', show(key))
    map.set(plainScalar(field.mapKey, key, inner), readMapValue(field, entry, inner))
  }
}

function readElement(field: DescField & { fieldKind: 'list' }, value: unknown, place: Place): unknown {
  if (field.listKind === 'message') return readMessage(field.message, value, place)
  return field.listKind === 'enum'
    ? readEnum(field.enum, value, place)
    : plainScalar(field.scalar, value, place)
}

function readMapValue(field: DescField & { fieldKind: 'map' }, value: unknown, place: Place): unknown {
  if (field.mapKind === 'message') return readMessage(field.message, value, place)
  return field.mapKind === 'enum'
    ? readEnum(field.enum, value, place)
    : plainScalar(field.scalar, value, place)
}

function readMessage(schema: DescMessage, value: unknown, place: Place): ReflectMessage {
  if (!isPlainObject(value)) {
    const names = schema.fields.map(({ name }) => name).join(', ')
    throw configError(place, `${schema.name} must have fields (${names})`, show(value))
  }
  const message = reflect(schema)
  readFields(message, value, place)
  return message
}

function readEnum({ values }: DescEnum, value: unknown, place: Place): number {
  const names = values.map(({ name }) => name)
  const short = typeof value === 'string' ? commonPrefix(names) + value.toUpperCase() : undefined
  const found = values.find(({ name, number }) => name === value || number === value || name === short)
  if (found) return found.number
  const remedy = typeof value === 'string' ? nameHint(value, names) : undefined
  throw configError(place, `it must be one of ${names.join(', ')}`, show(value), {
    ...(remedy !== undefined && { remedy }),
  })
}

/** What all names begin with, up to an underscore: `TYPE_`, `KIND_`. */
function commonPrefix([first = '', ...others]: readonly string[]): string {
  let end = 0
  for (let next = first.indexOf('_') + 1; next > 0; next = first.indexOf('_', next) + 1) {
    if (!others.every((name) => name.startsWith(first.slice(0, next)))) break
    end = next
  }
  return first.slice(0, end)
}
