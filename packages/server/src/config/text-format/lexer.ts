/** Words of protobuf's text format, with their places. */
import { configError } from '../config-error.ts'
import { readQuoted } from './quoted.ts'

export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'symbol' | 'end'
  /** As it stands in the text; of a string, what it means. */
  readonly text: string
  readonly line: number
  readonly column: number
}

export interface Lexer {
  readonly token: Token
  advance(): Token
  /** An error at a token, by default the current one. */
  fail(rule: string, got?: string, token?: Token, remedy?: string): never
}

const blank = /(?:[ \t\r\n\v\f]|#[^\n]*)+/y
const word = /[A-Za-z_][A-Za-z0-9_]*/y
// A number ends where no letter or digit follows, so that 1x is refused and not read as two words.
const number = /(?:0[xX][0-9a-fA-F]+|(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[fF]?)(?![A-Za-z0-9_.])/y
const symbol = /[{}[\]<>:,;/-]/y

const match = (pattern: RegExp, text: string, from: number): string | undefined => {
  pattern.lastIndex = from
  return pattern.exec(text)?.[0]
}

/** Starts at the first token. Errors name the file as `what`. */
export function makeLexer(text: string, what: string): Lexer {
  let next = 0
  let line = 1
  let lineStart = 0
  let token: Token = scan()

  return {
    get token() {
      return token
    },
    advance() {
      const current = token
      token = scan()
      return current
    },
    fail,
  }

  function fail(rule: string, got = shown(token), place = token, remedy?: string): never {
    const path = `${place.line}:${place.column}`
    throw configError({ what, path }, rule, got, remedy === undefined ? {} : { remedy })
  }

  function scan(): Token {
    const gap = match(blank, text, next)
    if (gap !== undefined) {
      for (let i = next; i < next + gap.length; i++) {
        if (text[i] !== '\n') continue
        line++
        lineStart = i + 1
      }
      next += gap.length
    }
    const place = { line, column: next - lineStart + 1 }
    if (next >= text.length) return { kind: 'end', text: '', ...place }
    const first = text[next]!
    if (first === '"' || first === "'") {
      const bad = (rule: string, got: string) => fail(rule, got, { kind: 'string', text: '', ...place })
      const { value, end } = readQuoted(text, next, bad)
      next = end
      return { kind: 'string', text: value, ...place }
    }
    for (const [kind, pattern] of kinds) {
      const found = match(pattern, text, next)
      if (found === undefined) continue
      next += found.length
      return { kind, text: found, ...place }
    }
    const rest = /^\S{1,20}/u.exec(text.slice(next))?.[0] ?? first
    return fail('a name, a value or a mark must stand here', JSON.stringify(rest), {
      kind: 'symbol',
      text: first,
      ...place,
    })
  }
}

const kinds = [
  ['word', word],
  ['number', number],
  ['symbol', symbol],
] as const

/** How a token stands in messages. */
export function shown({ kind, text }: Token): string {
  return kind === 'end' ? 'the end of the file' : JSON.stringify(text.slice(0, 60))
}
