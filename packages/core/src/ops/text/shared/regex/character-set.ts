/**
 * Sets of characters. The engine of JavaScript is asked about single characters only, where nothing can backtrack; it
 * knows the categories, scripts and case foldings of Unicode.
 */
import type { Reader } from './reader.ts'
import type { CharacterTest } from './syntax.ts'

/** Members in the notation that stands between the brackets of JavaScript. */
export interface SetPart {
  readonly members: string
  readonly negated: boolean
}

/** The characters in any of the parts. */
export function testOf(parts: readonly SetPart[], fold: boolean): CharacterTest {
  const flags = fold ? 'iu' : 'u'
  const plain = parts.filter(({ negated }) => !negated).map(({ members }) => members)
  const inside = plain.length > 0 ? new RegExp(`^[${plain.join('')}]$`, flags) : undefined
  // A set is folded before it is negated.
  const outside = parts
    .filter(({ negated }) => negated)
    .map(({ members }) => new RegExp(`^[${members}]$`, flags))
  return (character) =>
    inside?.test(character) === true || outside.some((members) => !members.test(character))
}

/** One character as a member. */
export function member(character: string): string {
  return `\\u{${character.codePointAt(0)!.toString(16)}}`
}

const perl: ReadonlyMap<string, string> = new Map([
  ['d', '0-9'],
  ['s', '\\t\\n\\f\\r '],
  ['w', '0-9A-Za-z_'],
])

const posix: ReadonlyMap<string, string> = new Map([
  ['alnum', '0-9A-Za-z'],
  ['alpha', 'A-Za-z'],
  ['ascii', '\\0-\\x7f'],
  ['blank', '\\t '],
  ['cntrl', '\\0-\\x1f\\x7f'],
  ['digit', '0-9'],
  ['graph', '!-~'],
  ['lower', 'a-z'],
  ['print', ' -~'],
  ['punct', '!-\\/:-@\\[-`\\{-~'],
  ['space', '\\t\\n\\v\\f\\r '],
  ['upper', 'A-Z'],
  ['word', '0-9A-Za-z_'],
  ['xdigit', '0-9A-Fa-f'],
])

const categories = /^(C[cfos]|L[lmotu]?|M[cen]?|N[dlo]?|P[cdefios]?|S[ckmo]?|Z[lps]?)$/

/** `\d`, `\pL`, `\P{Greek}` and their like. */
export function takeNamedSet(reader: Reader): SetPart | undefined {
  const short = reader.take(/\\([dswDSW])/y)?.[1]
  if (short !== undefined) {
    return { members: perl.get(short.toLowerCase())!, negated: short === short.toUpperCase() }
  }
  const found = reader.take(/\\([pP])(?:\{(\^?)([^}]*)\}|([^{]))/uy)
  if (!found) return undefined
  const [, letter, caret = '', long, single] = found
  const members = unicodeMembers(long ?? single!)
  if (members === undefined) return reader.fail(`"${long ?? single}" must be a category or script of Unicode`)
  return { members, negated: (letter === 'P') !== (caret === '^') }
}

function unicodeMembers(name: string): string | undefined {
  if (name === 'Any') return '\\0-\\u{10ffff}'
  // Other than in JavaScript, characters that Unicode has not assigned are in no category.
  if (name === 'C') return '\\p{Cc}\\p{Cf}\\p{Co}\\p{Cs}'
  if (categories.test(name)) return `\\p{${name}}`
  const members = `\\p{Script=${name}}`
  try {
    return /^\w+$/.test(name) && new RegExp(members, 'u') ? members : undefined
  } catch {
    return undefined
  }
}

/** What follows the opening bracket, the closing one included. */
export function takeBracketed(reader: Reader, fold: boolean): CharacterTest {
  const isNegated = reader.accept('^')
  const parts: SetPart[] = []
  do parts.push(takePosix(reader) ?? takeNamedSet(reader) ?? takeRange(reader))
  while (!reader.accept(']'))
  const test = testOf(parts, fold)
  return isNegated ? (character) => !test(character) : test
}

function takePosix(reader: Reader): SetPart | undefined {
  const found = reader.take(/\[:(.*?):\]/sy)
  if (!found) return undefined
  const [, name = ''] = found
  const members = posix.get(name.replace(/^\^/, ''))
  if (members === undefined) return reader.fail(`[:${name}:] must be a class of POSIX`)
  return { members, negated: name.startsWith('^') }
}

function takeRange(reader: Reader): SetPart {
  const first = takeMember(reader)
  const hasLast = reader.take(/-(?=[^\]])/sy) !== undefined
  const last = hasLast ? takeMember(reader) : first
  if (last.codePointAt(0)! < first.codePointAt(0)!) reader.fail(`range ${first}-${last} must not go down`)
  return { members: `${member(first)}-${member(last)}`, negated: false }
}

function takeMember(reader: Reader): string {
  return takeEscape(reader) ?? reader.next() ?? reader.fail('"[" must be closed')
}

const controls: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
])

/** The character that an escape stands for, if one comes next. */
export function takeEscape(reader: Reader): string | undefined {
  if (reader.peek() !== '\\') return undefined
  const octal = reader.take(/\\(0[0-7]{0,2}|[1-7][0-7]{1,2})/y)?.[1]
  if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8))
  const hex = reader.take(/\\x(?:([0-9A-Fa-f]{2})|\{([0-9A-Fa-f]+)\})/y)
  if (hex) {
    const point = Number.parseInt(hex[1] ?? hex[2]!, 16)
    if (point > 0x10ffff) reader.fail('a character must be one of Unicode')
    return String.fromCodePoint(point)
  }
  const [, letter = ''] = reader.take(/\\([afnrtv]|[^0-9A-Za-z\P{ASCII}])/uy) ?? []
  if (letter !== '') return controls.get(letter) ?? letter
  return reader.fail('an escape must be known')
}
