/**
 * JSON as the protocol has it: integers beyond 2^53 are kept exactly as BigInt, and the bare tokens NaN, Infinity and
 * -Infinity are numbers. Objects become Maps, so that no key of a request can reach a prototype.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import { type NumberList, scanNumbers } from './number-scan.ts'
import { refuseRequest } from './refuse-request.ts'

export type Json = null | boolean | number | bigint | string | JsonArray | JsonObject | NumberList
export type JsonArray = readonly Json[]
export type JsonObject = ReadonlyMap<string, Json>

/**
 * How an array of numbers under `key` becomes one list of numbers, flat; undefined: it becomes an array as any other. The
 * object has `depth` brackets around it and had the `fields` before. Integers that the list would round stay an array,
 * unless it `rounds`; `count` is a guess.
 */
export type NumberPlan = (
  key: string,
  depth: number,
  fields: JsonObject,
) => { readonly dtype: 'float32' | 'float64'; readonly rounds: boolean; readonly count: number } | undefined

/** Nesting that a request may have. */
const maxDepth = 100

const words: ReadonlyMap<string, Json> = new Map<string, Json>([
  ['true', true],
  ['false', false],
  ['null', null],
  ['NaN', Number.NaN],
  ['Infinity', Number.POSITIVE_INFINITY],
  ['-Infinity', Number.NEGATIVE_INFINITY],
])
const escapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
}
const code = {
  space: 32,
  quote: 34,
  plus: 43,
  comma: 44,
  minus: 45,
  point: 46,
  zero: 48,
  nine: 57,
  colon: 58,
  open: 91,
  backslash: 92,
  close: 93,
  e: 101,
  brace: 123,
  closeBrace: 125,
} as const
/** Bytes of a text that is decoded as a whole; parts of it keep all of it. */
const mostText = 4096
/** Integers of so many digits are read without making text of them. */
const shortInteger = 15

/** Reads one JSON text. Throws SLP-R4 with the place where it is not JSON, and for what is not UTF-8. */
export function readJson(bytes: Uint8Array, plan?: NumberPlan): Json {
  if (!isUtf8(bytes)) refuseRequest('text of the request must be UTF-8', 'other bytes')
  const reader = new JsonReader(bytes, plan)
  const value = reader.value(0)
  reader.end()
  return value
}

class JsonReader {
  readonly #bytes: Buffer
  readonly #plan: NumberPlan | undefined
  /** All of a short text without other letters: taking a part of it costs less than decoding bytes. */
  readonly #text: string | undefined
  #at = 0

  constructor(bytes: Uint8Array, plan: NumberPlan | undefined) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#plan = plan
    this.#text = bytes.length <= mostText && isAscii(bytes) ? this.#bytes.toString('latin1') : undefined
  }

  value(depth: number): Json {
    if (depth > maxDepth) this.#fail(`nesting of at most ${maxDepth}`)
    const next = this.#peek()
    if (next === code.quote) return this.#string()
    if (next === code.open) return this.#array(depth)
    if (next === code.brace) return this.#object(depth)
    if (next === code.minus || isDigit(next)) return this.#number()
    return this.#word()
  }

  end(): void {
    if (this.#peek() !== undefined) this.#fail('nothing after the value')
  }

  /** The next byte that is not white space; undefined at the end. */
  #peek(): number | undefined {
    for (;;) {
      const next = this.#bytes[this.#at]
      if (next !== code.space && next !== 10 && next !== 13 && next !== 9) return next
      this.#at++
    }
  }

  #array(depth: number): Json[] {
    const list: Json[] = []
    this.#at++
    if (this.#take(code.close)) return list
    do list.push(this.value(depth + 1))
    while (this.#take(code.comma))
    this.#expect(code.close)
    return list
  }

  #object(depth: number): JsonObject {
    const entries = new Map<string, Json>()
    this.#at++
    if (this.#take(code.closeBrace)) return entries
    do {
      if (this.#peek() !== code.quote) this.#fail('a key')
      const key = this.#string()
      if (entries.has(key)) this.#fail(`each key once, and "${key.slice(0, 50)}" again`)
      this.#expect(code.colon)
      entries.set(key, this.#numbers(key, depth, entries) ?? this.value(depth + 1))
    } while (this.#take(code.comma))
    this.#expect(code.closeBrace)
    return entries
  }

  /** The list of numbers that the plan wants here, where there is one. */
  #numbers(key: string, depth: number, fields: JsonObject): NumberList | undefined {
    const wanted = this.#plan?.(key, depth, fields)
    if (!wanted || this.#peek() !== code.open) return undefined
    const scanned = scanNumbers(this.#bytes, this.#at, { ...wanted, depth: maxDepth - depth - 1 })
    if (scanned) this.#at = scanned.end
    return scanned?.values
  }

  #string(): string {
    let out = ''
    let start = ++this.#at
    for (;;) {
      const next = this.#bytes[this.#at]
      if (next === code.quote) return out + this.#slice(start, this.#at++)
      if (next === undefined || next < code.space)
        return this.#fail('a string without control characters, and its end')
      if (next === code.backslash) {
        out += this.#slice(start, this.#at) + this.#escape()
        start = this.#at
      } else this.#at++
    }
  }

  #escape(): string {
    const letter = this.#latin(this.#at + 1, this.#at + 2)
    if (letter === 'u') {
      const digits = this.#latin(this.#at + 2, this.#at + 6)
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail('four hexadecimal digits')
      this.#at += 6
      return String.fromCharCode(Number.parseInt(digits, 16))
    }
    if (!Object.hasOwn(escapes, letter)) this.#fail('a known escape')
    this.#at += 2
    return escapes[letter]!
  }

  #number(): number | bigint {
    const start = this.#at
    const negative = this.#bytes[start] === code.minus
    if (negative) {
      this.#at++
      if (this.#latin(this.#at, this.#at + 'Infinity'.length) === 'Infinity') {
        this.#at += 'Infinity'.length
        return Number.NEGATIVE_INFINITY
      }
    }
    const first = this.#at
    const size = this.#digits()
    if (this.#at - first > 1 && this.#bytes[first] === code.zero) this.#fail('a number without leading zeros')
    const wholeEnd = this.#at
    if (this.#bytes[this.#at] === code.point) {
      this.#at++
      this.#digits()
    }
    if ((this.#bytes[this.#at]! | 32) === code.e) {
      const sign = this.#bytes[++this.#at]
      if (sign === code.plus || sign === code.minus) this.#at++
      this.#digits()
    }
    const isInteger = this.#at === wholeEnd
    if (isInteger && wholeEnd - first <= shortInteger) return negative ? -size : size
    const token = this.#latin(start, this.#at)
    const number = Number(token)
    if (!Number.isFinite(number)) this.#fail('a number that float64 holds')
    return isInteger && !Number.isSafeInteger(number) ? BigInt(token) : number
  }

  /** Skips digits, of which there must be at least one, and gives their value as far as it is exact. */
  #digits(): number {
    const start = this.#at
    let value = 0
    let next = this.#bytes[start]
    while (next !== undefined && isDigit(next)) {
      value = 10 * value + next - code.zero
      next = this.#bytes[++this.#at]
    }
    if (this.#at === start) this.#fail('a digit')
    return value
  }

  #word(): Json {
    const word = /^-?[A-Za-z]*/.exec(this.#latin(this.#at, this.#at + 10))![0]
    const value = words.get(word)
    if (value === undefined) return this.#fail('a value')
    this.#at += word.length
    return value
  }

  #take(wanted: number): boolean {
    if (this.#peek() !== wanted) return false
    this.#at++
    return true
  }

  #expect(wanted: number): void {
    if (!this.#take(wanted)) this.#fail(`"${String.fromCharCode(wanted)}"`)
  }

  #slice(start: number, end: number): string {
    return this.#text?.slice(start, end) ?? this.#bytes.toString('utf8', start, end)
  }

  #latin(start: number, end: number): string {
    return this.#text?.slice(start, end) ?? this.#bytes.toString('latin1', start, end)
  }

  /** Clients think in characters, so the place is given in these. */
  #fail(expected: string): never {
    const character = this.#bytes.toString('utf8', 0, this.#at).length
    // Twenty characters are at most sixty bytes.
    const rest = this.#bytes.toString('utf8', this.#at, this.#at + 80)
    const got = rest === '' ? 'its end' : rest.slice(0, 20)
    return refuseRequest(`JSON must have ${expected} at character ${character}`, got)
  }
}

const isDigit = (next: number | undefined): boolean =>
  next !== undefined && next >= code.zero && next <= code.nine

/** Whether a value is an array, in either form. */
export function isList(value: Json): value is JsonArray | NumberList {
  return Array.isArray(value) || ArrayBuffer.isView(value)
}

/** Objects without prototypes in place of Maps, and plain numbers: integers beyond 2^53 are rounded. */
function plainJson(value: Json): unknown {
  if (typeof value === 'bigint') return Number(value)
  if (Array.isArray(value)) return value.map(plainJson)
  return value instanceof Map ? plainObject(value) : value
}

export function plainObject(value: JsonObject): Readonly<Record<string, unknown>> {
  const plain: Record<string, unknown> = Object.create(null)
  for (const [key, item] of value) plain[key] = plainJson(item)
  return plain
}
