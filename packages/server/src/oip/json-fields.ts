/** Fields of a parsed request, checked for their kind. Every function throws SLP-R4. */
import { isList, type Json, type JsonArray, type JsonObject } from './json-read.ts'
import type { Parameter, Parameters } from './parameters.ts'
import { refuseRequest } from './refuse-request.ts'

export function parametersOf(what: string, owner: JsonObject): Parameters {
  const given = owner.get('parameters')
  const parameters = new Map<string, Parameter>()
  if (given === undefined) return parameters
  for (const [key, value] of objectOf(`parameters of ${what}`, given)) {
    if (value === null || typeof value === 'object') {
      return refuseRequest(`parameters of ${what} must be strings, numbers or booleans`, key)
    }
    parameters.set(key, value)
  }
  return parameters
}

export function flagOf(name: string, parameters: Parameters): boolean | undefined {
  const value = parameters.get(name)
  if (value === undefined || typeof value === 'boolean') return value
  return refuseRequest(`parameter ${name} must be true or false`, String(value))
}

export function objectOf(what: string, value: Json): JsonObject {
  return value instanceof Map ? value : refuseRequest(`${what} must be a JSON object`, kindOf(value))
}

export function arrayOf(what: string, value: Json | undefined): JsonArray {
  return Array.isArray(value) ? value : refuseRequest(`${what} must be an array`, kindOf(value))
}

export function textOf(what: string, value: Json | undefined): string {
  return typeof value === 'string' ? value : refuseRequest(`${what} must be a string`, kindOf(value))
}

export function countOf(what: string, value: Json | undefined): number {
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value
  return refuseRequest(
    `${what} must be a non-negative integer`,
    typeof value === 'object' ? kindOf(value) : String(value),
  )
}

function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing'
  return value === null
    ? 'null'
    : value !== undefined && isList(value)
      ? 'an array'
      : value instanceof Map
        ? 'an object'
        : `a ${typeof value}`
}
