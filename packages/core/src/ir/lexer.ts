/** Words of the text form of graphs, with their positions. `#` begins a comment that ends with the line. */
import { SlipwayError } from '../base/errors.ts'

export interface Token {
  /** `name`: a plain word; `text`: a quoted one; `number`: as written; `mark`: a punctuation mark. */
  readonly kind: 'name' | 'text' | 'number' | 'mark' | 'end'
  /** Quoted texts are unescaped. */
  readonly text: string
  readonly at: number
}

export interface Lexer {
  peek(): Token
  next(): Token
  /** Takes the next token where it is this mark or word. */
  take(text: string): boolean
  expect(text: string): void
  /** The raw text up to the bracket that closes the one just read, outside of backticks; the bracket is taken. */
  untilBracket(): string
  /** Throws SLP-I3 with line and column of `at`, or of the next token. */
  fail(expected: string, at?: Token): never
}

/** A lexer over the text form of graphs; `#` begins a comment. */
export function makeLexer(source: string): Lexer {
  const blank = /(?:\s+|#[^\n]*)*/y
  const patterns = [
    ['name', /[A-Za-z_$/][\w.$/]*(?:::[\w.$/]+)*/y],
    ['number', /-?(?:\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|inf\b|nan\b)f?/y],
    ['mark', /->|\S/y],
  ] as const
  const raw = /(?:`[^`]*`|[^\]`])*/y
  let at = 0
  let ahead: Token | undefined
  const failAt = (expected: string, token: Token): never => refuse(source, expected, token)
  const read = (): Token => {
    blank.lastIndex = at
    at += blank.exec(source)![0].length
    if (at >= source.length) return { kind: 'end', text: '', at }
    if (source[at] === '"') return readText()
    for (const [kind, pattern] of patterns) {
      pattern.lastIndex = at
      const match = pattern.exec(source)
      if (!match) continue
      const token: Token = { kind, text: match[0], at }
      at += match[0].length
      return token
    }
    return failAt('a word', { kind: 'mark', text: source[at]!, at })
  }
  const readText = (): Token => {
    const start = at
    const end = closingQuote(source, start)
    at = end + 1
    try {
      return { kind: 'text', text: JSON.parse(source.slice(start, at)), at: start }
    } catch {
      return failAt('a quoted text as in JSON', { kind: 'mark', text: source.slice(start, at), at: start })
    }
  }
  const peek = (): Token => {
    ahead ??= read()
    return ahead
  }
  const next = (): Token => {
    const token = peek()
    ahead = undefined
    return token
  }
  const take = (text: string): boolean => {
    const token = peek()
    const isIt = token.text === text && (token.kind === 'mark' || token.kind === 'name')
    if (isIt) next()
    return isIt
  }
  return {
    peek,
    next,
    take,
    expect: (text) => {
      if (!take(text)) failAt(`"${text}"`, peek())
    },
    untilBracket: () => {
      raw.lastIndex = at
      const match = raw.exec(source)![0]
      at += match.length
      if (source[at] !== ']')
        failAt('"]"', { kind: at < source.length ? 'mark' : 'end', text: source[at] ?? '', at })
      at++
      return match
    },
    fail: (expected, token = peek()) => failAt(expected, token),
  }
}

/** Index of the quote that ends the text at `start`. A loop, because texts of weights are too long for a RegExp. */
function closingQuote(source: string, start: number): number {
  for (let end = source.indexOf('"', start + 1); end >= 0; end = source.indexOf('"', end + 1)) {
    let escapes = 0
    while (source[end - 1 - escapes] === '\\') escapes++
    if (escapes % 2 === 0) return end
  }
  return source.length
}

function refuse(source: string, expected: string, { kind, text, at }: Token): never {
  const before = source.slice(0, at)
  const line = before.split('\n').length
  const column = at - before.lastIndexOf('\n')
  const got = kind === 'end' ? 'the end of the text' : `"${text.slice(0, 40)}"`
  throw new SlipwayError(
    'SLP-I3',
    `Cannot parse graph text: expected ${expected}, got ${got} in line ${line}, column ${column}`,
  )
}
