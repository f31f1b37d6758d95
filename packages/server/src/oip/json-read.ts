/**
 * JSON as the protocol has it: integers beyond 2^53 are kept exactly as BigInt, and the bare tokens NaN, Infinity and
 * -Infinity are numbers. Objects become Maps, so that no key of a request can reach a prototype.
 */
import { refuseRequest } from './refuse-request.ts'

export type Json = null | boolean | number | bigint | string | JsonArray | JsonObject
export type JsonArray = readonly Json[]
export type JsonObject = ReadonlyMap<string, Json>

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
  comma: 44,
  minus: 45,
  zero: 48,
  nine: 57,
  colon: 58,
  open: 91,
  brace: 123,
}

/** Reads one JSON text. Throws SLP-R4 with the place where it is not JSON. */
export function readJson(text: string): Json {
  const reader = new JsonReader(text)
  const value = reader.value(0)
  reader.end()
  return value
}

class JsonReader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
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
    if (!Number.isNaN(this.#peek())) this.#fail('nothing after the value')
  }

  /** The code of the next character that is not white space; NaN at the end. */
  #peek(): number {
    for (;;) {
      const next = this.#text.charCodeAt(this.#at)
      if (next !== code.space && next !== 10 && next !== 13 && next !== 9) return next
      this.#at++
    }
  }

  #array(depth: number): Json[] {
    const list: Json[] = []
    this.#at++
    if (this.#take(']')) return list
    do list.push(this.value(depth + 1))
    while (this.#take(','))
    this.#expect(']')
    return list
  }

  #object(depth: number): JsonObject {
    const entries = new Map<string, Json>()
    this.#at++
    if (this.#take('}')) return entries
    do {
      if (this.#peek() !== code.quote) this.#fail('a key')
      const key = this.#string()
      if (entries.has(key)) this.#fail(`each key once, and "${key.slice(0, 50)}" again`)
      this.#expect(':')
      entries.set(key, this.value(depth + 1))
    } while (this.#take(','))
    this.#expect('}')
    return entries
  }

  #string(): string {
    let out = ''
    let start = ++this.#at
    for (;;) {
      const next = this.#text.charCodeAt(this.#at)
      if (next === code.quote) return out + this.#text.slice(start, this.#at++)
      if (!(next >= code.space)) this.#fail('a string without control characters, and its end')
      if (next === 92) {
        out += this.#text.slice(start, this.#at) + this.#escape()
        start = this.#at
      } else this.#at++
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1] ?? ''
    if (letter === 'u') {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6)
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
    if (this.#text.charCodeAt(start) === code.minus) {
      this.#at++
      if (this.#text.startsWith('Infinity', this.#at)) {
        this.#at += 'Infinity'.length
        return Number.NEGATIVE_INFINITY
      }
    }
    const leadingZero = this.#text.charCodeAt(this.#at) === code.zero
    if (this.#digits() > 1 && leadingZero) this.#fail('a number without leading zeros')
    const wholeEnd = this.#at
    if (this.#text[this.#at] === '.') {
      this.#at++
      this.#digits()
    }
    const exponent = this.#text[this.#at]
    if (exponent === 'e' || exponent === 'E') {
      const sign = this.#text[++this.#at]
      if (sign === '+' || sign === '-') this.#at++
      this.#digits()
    }
    const token = this.#text.slice(start, this.#at)
    const number = Number(token)
    if (!Number.isFinite(number)) this.#fail('a number that float64 holds')
    return this.#at === wholeEnd && !Number.isSafeInteger(number) ? BigInt(token) : number
  }

  /** Skips digits, of which there must be at least one. */
  #digits(): number {
    const start = this.#at
    while (isDigit(this.#text.charCodeAt(this.#at))) this.#at++
    if (this.#at === start) this.#fail('a digit')
    return this.#at - start
  }

  #word(): Json {
    const word = /^-?[A-Za-z]*/.exec(this.#text.slice(this.#at, this.#at + 10))![0]
    const value = words.get(word)
    if (value === undefined) return this.#fail('a value')
    this.#at += word.length
    return value
  }

  #take(character: string): boolean {
    if (this.#peek() !== character.charCodeAt(0)) return false
    this.#at++
    return true
  }

  #expect(character: string): void {
    if (!this.#take(character)) this.#fail(`"${character}"`)
  }

  #fail(expected: string): never {
    const got = this.#at >= this.#text.length ? 'its end' : this.#text.slice(this.#at, this.#at + 20)
    return refuseRequest(`JSON must have ${expected} at character ${this.#at}`, got)
  }
}

const isDigit = (next: number): boolean => next >= code.zero && next <= code.nine

/** Objects without prototypes in place of Maps; integers beyond 2^53 as text. */
export function plainJson(value: Json): unknown {
  if (typeof value === 'bigint') return String(value)
  if (Array.isArray(value)) return value.map(plainJson)
  if (!(value instanceof Map)) return value
  const plain: Record<string, unknown> = Object.create(null)
  for (const [key, item] of value) plain[key] = plainJson(item)
  return plain
}
