import { type InputValue, SlipwayError } from '@slipway/core'

/** JSON of values that JSON.stringify cannot write: BigInt as digits, NaN and infinities as the usual tokens. */
export function toJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return String(value)
  if (Array.isArray(value)) return `[${value.map(toJson).join(', ')}]`
  if (value instanceof Map) return toJson(Object.fromEntries(value))
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined)
    return `{${entries.map(([key, one]) => `${JSON.stringify(key)}: ${toJson(one)}`).join(', ')}}`
  }
  return JSON.stringify(value)
}

/** JSON text as an input: nested arrays of numbers, texts and booleans. Throws SLP-C2. */
export function parseJson(text: string, where: string): InputValue {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new SlipwayError(
      'SLP-C2',
      `Cannot read ${where}: it must be JSON, got ${JSON.stringify(text.slice(0, 40))}`,
      { cause },
    )
  }
}
