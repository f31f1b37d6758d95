import { type InputValue, SlipwayError } from '@slipway/core'

/** JSON has no words for them; as texts they come back as the same numbers. */
const nonFinite: ReadonlyMap<unknown, number> = new Map([
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])

/** JSON of values that JSON.stringify cannot write: BigInt as digits; NaN and infinities as texts. */
export function toJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) return `"${value}"`
    return Object.is(value, -0) ? '-0' : String(value)
  }
  if (Array.isArray(value)) return `[${value.map(toJson).join(', ')}]`
  if (value instanceof Map) return toJson(Object.fromEntries(value))
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, one]) => one !== undefined)
    return `{${entries.map(([key, one]) => `${JSON.stringify(key)}: ${toJson(one)}`).join(', ')}}`
  }
  return JSON.stringify(value)
}

export interface ParseJsonOptions {
  /** True: "NaN", "Infinity" and "-Infinity" stand for numbers. */
  readonly numbers: boolean
}

/** JSON text as an input: nested arrays of numbers, texts and booleans. Throws SLP-C2. */
export function parseJson(text: string, where: string, { numbers }: ParseJsonOptions): InputValue {
  try {
    return JSON.parse(text, numbers ? (_key, value) => nonFinite.get(value) ?? value : undefined)
  } catch (cause) {
    throw new SlipwayError(
      'SLP-C2',
      `Cannot read ${where}: it must be JSON, got ${JSON.stringify(text.slice(0, 40))}`,
      { cause },
    )
  }
}
