/** A pattern in the syntax of RE2 → its parts. */
import { member, takeBracketed, takeEscape, takeNamedSet, testOf } from './character-set.ts'
import { openReader, type Reader } from './reader.ts'
import type { CharacterTest, PlaceTest, Syntax } from './syntax.ts'

interface Flags {
  /** Case makes no difference. */
  readonly i: boolean
  /** `^` and `$` hold at every line. */
  readonly m: boolean
  /** `.` is the end of a line too. */
  readonly s: boolean
  /** Greed the other way round, which makes no difference to whether a text matches. */
  readonly U: boolean
}

interface Scope {
  readonly reader: Reader
  /** Names of groups so far. */
  readonly names: Set<string>
  readonly depth: number
}

/** As in RE2: what one counted repetition may ask for, all those around it included. */
const mostRepeats = 1000
const mostDepth = 1000

/** Calls `fail` for what is not RE2 syntax. */
export function parsePattern(pattern: string, fail: (reason: string) => never): Syntax {
  const reader = openReader(pattern, fail)
  const noFlags = { i: false, m: false, s: false, U: false }
  const syntax = takeChoice({ reader, names: new Set(), depth: 0 }, noFlags)
  if (reader.peek() !== undefined) fail('")" must close a group')
  if (repeatsIn(syntax) > mostRepeats) fail(`at most ${mostRepeats} repetitions, nested ones multiplied`)
  return syntax
}

/** Everything up to the end of the group; flags that are set inside it end with it. */
function takeChoice(scope: Scope, given: Flags): Syntax {
  const { reader, depth } = scope
  if (depth > mostDepth) reader.fail(`groups must nest at most ${mostDepth} deep`)
  let flags = given
  const branches: Syntax[][] = [[]]
  for (let next = reader.peek(); next !== undefined && next !== ')'; next = reader.peek()) {
    const parts = branches.at(-1)!
    const set = takeFlags(reader, flags)
    if (set) flags = set
    else if (reader.accept('|')) branches.push([])
    else if (!takeRepeat(reader, parts)) parts.push(...takeParts(scope, flags))
  }
  return { kind: 'choice', parts: branches.map((parts) => ({ kind: 'sequence', parts })) }
}

/** `(?i)`: holds for what follows. */
function takeFlags(reader: Reader, flags: Flags): Flags | undefined {
  const found = reader.take(/\(\?([imsU]*)(?:-([imsU]+))?\)/y)
  return found && withFlags(flags, found)
}

function withFlags(flags: Flags, [, on = '', off = '']: readonly string[]): Flags {
  const all = (letters: string, value: boolean) => [...letters].map((letter) => [letter, value] as const)
  return { ...flags, ...Object.fromEntries([...all(on, true), ...all(off, false)]) }
}

/** A repetition of the last part. */
function takeRepeat(reader: Reader, parts: Syntax[]): boolean {
  const found = reader.take(/(?:([*+?])|\{(\d+)(,(\d*))?\})\??/y)
  if (!found) return false
  const [text, sign, from, comma, to] = found
  const part = parts.pop()
  if (!part) return reader.fail(`"${text}" must have something to repeat`)
  if (reader.take(/[*+?]|\{\d+(?:,\d*)?\}/y)) reader.fail('repetitions must not be stacked')
  const least = sign === undefined ? Number(from) : sign === '+' ? 1 : 0
  const most = mostOf({ sign, comma, to, least })
  if (least > mostRepeats || (most > mostRepeats && most !== Number.POSITIVE_INFINITY) || most < least)
    reader.fail(`"${text}" must ask for ${mostRepeats} at most`)
  parts.push({ kind: 'repeat', part, least, most })
  return true
}

interface Bounds {
  readonly sign: string | undefined
  readonly comma: string | undefined
  readonly to: string | undefined
  readonly least: number
}

function mostOf({ sign, comma, to, least }: Bounds): number {
  if (sign !== undefined) return sign === '?' ? 1 : Number.POSITIVE_INFINITY
  if (comma === undefined) return least
  return to === undefined || to === '' ? Number.POSITIVE_INFINITY : Number(to)
}

const isWord = (character: string | undefined) => character !== undefined && /^\w$/.test(character)
const isStart: PlaceTest = (before) => before === undefined
const isEnd: PlaceTest = (_, after) => after === undefined
const isLineStart: PlaceTest = (before) => before === undefined || before === '\n'
const isLineEnd: PlaceTest = (_, after) => after === undefined || after === '\n'
const isEdge: PlaceTest = (before, after) => isWord(before) !== isWord(after)
const isNoEdge: PlaceTest = (before, after) => isWord(before) === isWord(after)

/** What one piece of the pattern stands for: one part, or the characters of a quotation. */
function takeParts(scope: Scope, flags: Flags): readonly Syntax[] {
  const { reader } = scope
  const quoted = reader.take(/\\Q(.*?)(?:\\E|$)/sy)?.[1]
  if (quoted !== undefined) return [...quoted].map((text) => character(literal(text, flags.i)))
  const group = takeGroup(scope, flags)
  if (group) return [group]
  const place = takePlace(reader, flags)
  if (place) return [{ kind: 'place', test: place }]
  return [character(takeCharacter(reader, flags))]
}

function takeGroup(scope: Scope, flags: Flags): Syntax | undefined {
  const { reader, names } = scope
  if (reader.peek() !== '(') return undefined
  const named = reader.take(/\(\?P?<(\w+)>/y)?.[1]
  if (named !== undefined && names.has(named)) reader.fail(`group "${named}" must be named once`)
  if (named !== undefined) names.add(named)
  const flagged = named === undefined ? reader.take(/\(\?([imsU]*)(?:-([imsU]+))?:/y) : undefined
  if (named === undefined && !flagged && reader.take(/\((?!\?)/y) === undefined)
    reader.fail('"(?" must open a group that RE2 has')
  const inner = takeChoice({ ...scope, depth: scope.depth + 1 }, flagged ? withFlags(flags, flagged) : flags)
  if (!reader.accept(')')) reader.fail('"(" must be closed')
  return inner
}

function takePlace(reader: Reader, flags: Flags): PlaceTest | undefined {
  switch (reader.take(/[$^]|\\[AzbB]/y)?.[0]) {
    case '^':
      return flags.m ? isLineStart : isStart
    case '$':
      return flags.m ? isLineEnd : isEnd
    case '\\A':
      return isStart
    case '\\z':
      return isEnd
    case '\\b':
      return isEdge
    case '\\B':
      return isNoEdge
    default:
      return undefined
  }
}

function takeCharacter(reader: Reader, flags: Flags): CharacterTest {
  if (reader.accept('.')) return flags.s ? () => true : (given) => given !== '\n'
  if (reader.accept('[')) return takeBracketed(reader, flags.i)
  const set = takeNamedSet(reader)
  if (set) return testOf([set], flags.i)
  return literal(takeEscape(reader) ?? reader.next()!, flags.i)
}

function literal(text: string, fold: boolean): CharacterTest {
  return fold ? testOf([{ members: member(text), negated: false }], true) : (given) => given === text
}

function character(test: CharacterTest): Syntax {
  return { kind: 'character', test }
}

/** The counts of nested repetitions, multiplied; the largest product. */
function repeatsIn(syntax: Syntax): number {
  switch (syntax.kind) {
    case 'character':
    case 'place':
      return 1
    case 'sequence':
    case 'choice':
      return syntax.parts.reduce((most, part) => Math.max(most, repeatsIn(part)), 1)
    case 'repeat': {
      const { part, least, most } = syntax
      const count = most === Number.POSITIVE_INFINITY ? least : most
      return Math.max(1, count) * repeatsIn(part)
    }
    default:
      return syntax satisfies never
  }
}
