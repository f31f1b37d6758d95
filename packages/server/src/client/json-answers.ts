/** Answers in JSON, checked field by field. */
import type { JsonValue } from '@bufbuild/protobuf'
import type { ModelState, ModelStatus } from '../contract/models.ts'
import type { ModelMetadata, ServerMetadata, SessionInfo, TensorMetadata } from './types.ts'

type Fields = Readonly<Record<string, JsonValue | undefined>>

const states: readonly ModelState[] = ['UNKNOWN', 'READY', 'UNAVAILABLE', 'LOADING', 'UNLOADING']

export function serverDescription(json: JsonValue): ServerMetadata {
  const fields = object(json)
  return {
    name: text(fields, 'name'),
    version: text(fields, 'version'),
    extensions: list(fields, 'extensions').map(String),
  }
}

export function modelTensors(json: JsonValue): ModelMetadata {
  const fields = object(json)
  return {
    name: text(fields, 'name'),
    versions: list(fields, 'versions').map(String),
    platform: text(fields, 'platform'),
    ...tensors(fields),
  }
}

export function modelStatuses(json: JsonValue): ModelStatus[] {
  if (!Array.isArray(json)) throw new TypeError('the index must be an array')
  return json.map((item) => {
    const fields = object(item)
    const version = text(fields, 'version')
    return {
      name: text(fields, 'name'),
      version: version === '' ? undefined : version,
      state: stateOf(text(fields, 'state')),
      reason: text(fields, 'reason'),
    }
  })
}

/** States of other servers, such as none at all, are unknown. */
export const stateOf = (name: string): ModelState => states.find((state) => state === name) ?? 'UNKNOWN'

export function sessionOf(json: JsonValue): SessionInfo {
  const fields = object(json)
  return {
    handle: text(fields, 'handle'),
    model: text(fields, 'model_id'),
    version: text(fields, 'version'),
    device: text(fields, 'device'),
    expiresAtMs: Number(fields['expires_at_ms']),
    sizeBytes: Number(fields['size_bytes'] ?? 0),
    ...tensors(fields),
  }
}

const tensors = (fields: Fields) => ({
  inputs: list(fields, 'inputs').map(tensorFields),
  outputs: list(fields, 'outputs').map(tensorFields),
})

function tensorFields(json: JsonValue): TensorMetadata {
  const fields = object(json)
  return {
    name: text(fields, 'name'),
    datatype: text(fields, 'datatype'),
    shape: list(fields, 'shape').map(Number),
  }
}

function object(json: JsonValue): Fields {
  if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json
  throw new TypeError('it must be an object')
}

function text(fields: Fields, name: string): string {
  const value = fields[name] ?? ''
  if (typeof value === 'string') return value
  throw new TypeError(`${name} must be a string`)
}

function list(fields: Fields, name: string): readonly JsonValue[] {
  const value = fields[name] ?? []
  if (Array.isArray(value)) return value
  throw new TypeError(`${name} must be an array`)
}
