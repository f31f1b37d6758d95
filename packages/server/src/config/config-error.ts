/** Errors about configuration: where in which file, what the rule is, what was there instead, and what helps. */
import { type ErrorDetails, SlipwayError } from '@slipway/core'

/** A place in a configuration; `what` is a file's name or a word for the whole, `path` leads to the field. */
export interface Place {
  readonly what: string
  readonly path: string
}

export const at = ({ what, path }: Place, key: string | number): Place => ({
  what,
  path: typeof key === 'number' ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`,
})

export function configError(
  { what, path }: Place,
  rule: string,
  got: string,
  details: ErrorDetails = {},
): SlipwayError {
  return new SlipwayError('SLP-R19', `Cannot use ${what}: ${rule}, got ${got}`, {
    ...(path !== '' && { path }),
    ...details,
  })
}

/** A value as it stands in messages: on one line, and never long. */
export function show(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (typeof value === 'bigint') return String(value)
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 77)}...` : text
}
