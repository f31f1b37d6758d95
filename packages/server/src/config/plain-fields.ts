/** Readers of Slipway's own fields in YAML: each checks one value and says the path where it does not fit. */
import { nameHint } from '@slipway/core'
import { at, configError, type Place, show } from './config-error.ts'
import { isPlainObject } from './from-plain.ts'

export type Read<T> = (value: unknown, place: Place) => T
/** Fields that are absent are undefined. */
export type Fields<T> = { readonly [K in keyof T]: T[K] | undefined }

export const text: Read<string> = (value, place) => {
  if (typeof value === 'string') return value
  throw configError(place, 'a text must stand here', show(value), { remedy: 'Put it in quotes.' })
}

export const flag: Read<boolean> = (value, place) => {
  if (typeof value === 'boolean') return value
  throw configError(place, 'true or false must stand here', show(value))
}

export const integer =
  (least: number, most = Number.MAX_SAFE_INTEGER): Read<number> =>
  (value, place) => {
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= least && value <= most)
      return value
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
    throw configError(place, `an integer ${range} must stand here`, show(value))
  }

export const number =
  (range: string, fits: (value: number) => boolean): Read<number> =>
  (value, place) => {
    if (typeof value === 'number' && Number.isFinite(value) && fits(value)) return value
    throw configError(place, `a number ${range} must stand here`, show(value))
  }

export const oneOf =
  <T extends string>(names: readonly T[]): Read<T> =>
  (value, place) => {
    const found = names.find((name) => name === value)
    if (found !== undefined) return found
    const remedy = typeof value === 'string' ? nameHint(value, names) : undefined
    throw configError(place, `it must be one of ${names.join(', ')}`, show(value), {
      ...(remedy !== undefined && { remedy }),
    })
  }

export const list =
  <T>(read: Read<T>): Read<readonly T[]> =>
  (value, place) => {
    if (!Array.isArray(value)) throw configError(place, 'a list must stand here', show(value))
    return value.map((entry: unknown, i) => read(entry, at(place, i)))
  }

/** Values by any keys. */
export const record =
  <T>(read: Read<T>): Read<Readonly<Record<string, T>>> =>
  (value, place) => {
    if (!isPlainObject(value)) throw configError(place, 'keys and values must stand here', show(value))
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, read(entry, at(place, key))]))
  }

/** An object with these fields and no others. */
export const fields =
  <T extends object>(readers: { readonly [K in keyof T]: Read<T[K]> }): Read<Fields<T>> =>
  (value, place) => {
    const names = Object.keys(readers) as (keyof T & string)[] // keys of a literal object
    if (!isPlainObject(value))
      throw configError(place, `fields (${names.join(', ')}) must stand here`, show(value))
    for (const key of Object.keys(value)) {
      if (!Object.hasOwn(readers, key)) throw unknownField(at(place, key), key, names)
    }
    const entries = names.map((name) => {
      const entry = value[name]
      return [name, entry === undefined ? undefined : readers[name](entry, at(place, name))]
    })
    return Object.fromEntries(entries) as Fields<T> // one entry for each reader
  }

export function unknownField(place: Place, key: string, names: readonly string[]): Error {
  const remedy = nameHint(key, names)
  return configError(place, 'a field of this name must exist', show(key), {
    ...(remedy !== undefined && { remedy }),
  })
}

/** Throws SLP-R19 where a field that must stand is absent. */
export function required<T>(value: T | undefined, place: Place, name: string): T {
  if (value === undefined) throw configError(at(place, name), 'it must be given', 'nothing')
  return value
}
