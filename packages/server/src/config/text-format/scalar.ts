/** Values of protobuf's text format that are no messages. */
import { type DescEnum, ScalarType } from '@bufbuild/protobuf'
import { nameHint } from '@slipway/core'
import type { Lexer } from './lexer.ts'

const booleans: Readonly<Record<string, boolean>> = {
  true: true,
  True: true,
  t: true,
  '1': true,
  false: false,
  False: false,
  f: false,
  '0': false,
}

type Range = readonly [bigint, bigint]
const signed = (bits: bigint): Range => [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n]
const unsigned = (bits: bigint): Range => [0n, (1n << bits) - 1n]

/** Reads a value of a scalar type. Throws SLP-R19 at its place where it is none. */
export function readScalar(lexer: Lexer, type: ScalarType): string | number | bigint | boolean {
  switch (type) {
    case ScalarType.STRING:
      return readText(lexer)
    case ScalarType.BOOL:
      return readBoolean(lexer)
    case ScalarType.FLOAT:
      return readFloat(lexer, Math.fround)
    case ScalarType.DOUBLE:
      return readFloat(lexer, (value) => value)
    case ScalarType.INT32:
      return Number(readInteger(lexer, signed(32n)))
    case ScalarType.UINT32:
      return Number(readInteger(lexer, unsigned(32n)))
    case ScalarType.INT64:
      return readInteger(lexer, signed(64n))
    case ScalarType.UINT64:
      return readInteger(lexer, unsigned(64n))
    default:
      return lexer.fail('the schema must have no field of this type', ScalarType[type])
  }
}

/** The number of an enum's value, which may be given by name or number. */
export function readEnum(lexer: Lexer, { values }: DescEnum): number {
  const { token } = lexer
  const names = values.map(({ name }) => name)
  const value =
    token.kind === 'word'
      ? values.find(({ name }) => name === token.text)
      : values.find(({ number }) => String(number) === token.text)
  if (!value)
    return lexer.fail('a value of the enum must be known', undefined, token, nameHint(token.text, names))
  lexer.advance()
  return value.number
}

/** Adjacent strings are one. */
function readText(lexer: Lexer): string {
  if (lexer.token.kind !== 'string') lexer.fail('a string in quotes must stand here')
  let text = ''
  while (lexer.token.kind === 'string') text += lexer.advance().text
  return text
}

function readBoolean(lexer: Lexer): boolean {
  const { kind, text } = lexer.token
  const value = kind !== 'string' && Object.hasOwn(booleans, text) ? booleans[text] : undefined
  if (value === undefined) return lexer.fail('true or false must stand here')
  lexer.advance()
  return value
}

function readSign(lexer: Lexer): boolean {
  const isNegative = lexer.token.kind === 'symbol' && lexer.token.text === '-'
  if (isNegative) lexer.advance()
  return isNegative
}

function readInteger(lexer: Lexer, [least, most]: Range): bigint {
  const first = lexer.token
  const isNegative = readSign(lexer)
  const { kind, text } = lexer.token
  const octal = /^0[0-7]+$/.test(text)
  if (kind !== 'number' || !(octal || /^(?:0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)$/.test(text)))
    lexer.fail('an integer must stand here')
  const size = BigInt(octal ? `0o${text.slice(1)}` : text)
  const value = isNegative ? -size : size
  if (value < least || value > most)
    lexer.fail(`an integer here must be from ${least} to ${most}`, String(value), first)
  lexer.advance()
  return value
}

function readFloat(lexer: Lexer, round: (value: number) => number): number {
  const isNegative = readSign(lexer)
  const { kind, text } = lexer.token
  const size = kind === 'word' ? namedFloats[text.toLowerCase()] : Number(text.replace(/[fF]$/, ''))
  if (
    (kind !== 'number' && kind !== 'word') ||
    size === undefined ||
    (kind === 'number' && Number.isNaN(size))
  )
    return lexer.fail('a number must stand here')
  if (kind === 'number' && !Number.isFinite(round(size)))
    return lexer.fail('a number here must not be larger than its type')
  lexer.advance()
  return round(isNegative ? -size : size)
}

const namedFloats: Readonly<Record<string, number | undefined>> = {
  inf: Number.POSITIVE_INFINITY,
  infinity: Number.POSITIVE_INFINITY,
  nan: Number.NaN,
}
