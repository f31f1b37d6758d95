/**
 * Protobuf's text format, the grammar of config.pbtxt. Names and types come from the schema, so a field that the
 * schema does not have is an error with its line and column. Extensions and `Any` are not part of it.
 */
import { create, type DescField, type DescMessage, type MessageShape } from '@bufbuild/protobuf'
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect'
import { nameHint, SlipwayError } from '@slipway/core'
import { type Lexer, makeLexer, type Token } from './lexer.ts'
import { readEnum, readScalar } from './scalar.ts'

export interface TextFormatLimits {
  readonly characters: number
  readonly depth: number
}

export const defaultTextFormatLimits: TextFormatLimits = { characters: 2 ** 20, depth: 32 }

/**
 * The message that a text describes; `what` names the text in errors.
 *
 * @throws SLP-R19 with line and column for a text that breaks the grammar or the schema, SLP-L1 and SLP-L2 over the
 * limits.
 */
export function parseTextFormat<Desc extends DescMessage>(
  schema: Desc,
  text: string,
  what: string,
  limits: TextFormatLimits = defaultTextFormatLimits,
): MessageShape<Desc> {
  if (text.length > limits.characters) {
    const rule = `it may have ${limits.characters} characters at most`
    throw new SlipwayError('SLP-L1', `Cannot read ${what}: ${rule}, got ${text.length}`)
  }
  const message = create(schema)
  // A byte order mark is what some editors leave at the start.
  const lexer = makeLexer(text.startsWith('\uFEFF') ? text.slice(1) : text, what)
  readFields({ lexer, limits, what }, reflect(schema, message), undefined, 1)
  return message
}

interface Reading {
  readonly lexer: Lexer
  readonly limits: TextFormatLimits
  readonly what: string
}

const closers: Readonly<Record<string, string>> = { '{': '}', '<': '>' }
const isSymbol = ({ kind, text }: Token, symbol: string) => kind === 'symbol' && text === symbol

function skip(lexer: Lexer, symbol: string): boolean {
  const found = isSymbol(lexer.token, symbol)
  if (found) lexer.advance()
  return found
}

/** Fields up to the closer, or to the end of the file. */
function readFields(
  reading: Reading,
  message: ReflectMessage,
  closer: string | undefined,
  depth: number,
): void {
  const { lexer, limits, what } = reading
  if (depth > limits.depth)
    throw new SlipwayError(
      'SLP-L2',
      `Cannot read ${what}: it may nest ${limits.depth} deep at most, got more`,
    )
  const open = lexer.token
  while (!(closer === undefined ? lexer.token.kind === 'end' : skip(lexer, closer))) {
    if (lexer.token.kind === 'end') lexer.fail(`"${closer}" must close the message`, undefined, open)
    const field = readName(lexer, message)
    const hasColon = skip(lexer, ':')
    readValues(reading, message, field, { hasColon, depth })
    if (!skip(lexer, ',')) skip(lexer, ';')
  }
}

function readName(lexer: Lexer, message: ReflectMessage): DescField {
  const { token } = lexer
  const { desc } = message
  if (token.kind !== 'word') lexer.fail('the name of a field must stand here')
  const field = desc.fields.find(({ name }) => name === token.text)
  if (!field) {
    const names = desc.fields.map(({ name }) => name)
    return lexer.fail(
      `${desc.name} must have a field of this name`,
      undefined,
      token,
      nameHint(token.text, names),
    )
  }
  const isMany = field.fieldKind === 'list' || field.fieldKind === 'map'
  if (!isMany && message.isSet(field)) lexer.fail(`"${field.name}" must stand once`, 'it twice')
  const other = field.oneof && message.oneofCase(field.oneof)
  if (other && other !== field)
    lexer.fail(`only one of "${other.name}" and "${field.name}" may be given`, 'both')
  lexer.advance()
  return field
}

interface Position {
  readonly hasColon: boolean
  readonly depth: number
}

/** One value, or several in brackets. */
function readValues(reading: Reading, message: ReflectMessage, field: DescField, position: Position): void {
  const { lexer } = reading
  if (!isSymbol(lexer.token, '[')) {
    readValue(reading, message, field, position)
    return
  }
  const isMany = field.fieldKind === 'list' || field.fieldKind === 'map'
  if (!isMany) lexer.fail(`"${field.name}" must be one value`, 'a list')
  const isMessages = field.fieldKind === 'map' || (field.fieldKind === 'list' && field.listKind === 'message')
  if (!isMessages) requireColon(lexer, field, position)
  lexer.advance()
  if (skip(lexer, ']')) return
  do readValue(reading, message, field, position)
  while (skip(lexer, ','))
  if (!skip(lexer, ']')) lexer.fail('"," or "]" must stand here')
}

function readValue(reading: Reading, message: ReflectMessage, field: DescField, position: Position): void {
  if (field.fieldKind === 'map') readEntry(reading, message, field, position.depth)
  else if (field.fieldKind === 'list') message.get(field).add(readElement(reading, field, position))
  else if (field.fieldKind === 'message')
    message.set(field, readMessage(reading, message.get(field), position.depth))
  else {
    requireColon(reading.lexer, field, position)
    message.set(field, readPlain(reading.lexer, field))
  }
}

function readElement(
  reading: Reading,
  field: DescField & { readonly fieldKind: 'list' },
  position: Position,
): unknown {
  if (field.listKind === 'message') return readMessage(reading, reflect(field.message), position.depth)
  requireColon(reading.lexer, field, position)
  return field.listKind === 'enum'
    ? readEnum(reading.lexer, field.enum)
    : readScalar(reading.lexer, field.scalar)
}

function readPlain(lexer: Lexer, field: DescField & { readonly fieldKind: 'enum' | 'scalar' }): unknown {
  return field.fieldKind === 'enum' ? readEnum(lexer, field.enum) : readScalar(lexer, field.scalar)
}

function requireColon(lexer: Lexer, { name }: DescField, { hasColon }: Position): void {
  if (!hasColon) lexer.fail(`":" must stand between "${name}" and its value`)
}

function readMessage(reading: Reading, message: ReflectMessage, depth: number): ReflectMessage {
  const closer = openMessage(reading.lexer)
  readFields(reading, message, closer, depth + 1)
  return message
}

function openMessage(lexer: Lexer): string {
  const closer = lexer.token.kind === 'symbol' ? closers[lexer.token.text] : undefined
  if (closer === undefined) return lexer.fail('a message in braces must stand here')
  lexer.advance()
  return closer
}

/** An entry of a map: a message with `key` and `value`. */
function readEntry(
  reading: Reading,
  message: ReflectMessage,
  field: DescField & { readonly fieldKind: 'map' },
  depth: number,
): void {
  const { lexer } = reading
  const start = lexer.token
  const closer = openMessage(lexer)
  let key: string | number | bigint | boolean | undefined
  let value: unknown
  while (!skip(lexer, closer)) {
    const { token } = lexer
    const isKey = token.kind === 'word' && token.text === 'key'
    if (!isKey && !(token.kind === 'word' && token.text === 'value'))
      lexer.fail(`an entry of "${field.name}" must have a key and a value`)
    if ((isKey ? key : value) !== undefined) lexer.fail(`"${token.text}" must stand once`, 'it twice')
    lexer.advance()
    const hasColon = skip(lexer, ':')
    if (isKey || field.mapKind !== 'message') requireColon(lexer, field, { hasColon, depth })
    if (isKey) key = readScalar(lexer, field.mapKey)
    else value = readMapValue(reading, field, depth)
    if (!skip(lexer, ',')) skip(lexer, ';')
  }
  if (key === undefined || value === undefined)
    lexer.fail(`an entry of "${field.name}" must have a key and a value`, 'one of them', start)
  const map = message.get(field)
  // An object would take this key for its prototype.
  if (key === '__proto__') lexer.fail('a key must be any other text', '"__proto__"', start)
  if (map.has(key)) lexer.fail(`a key of "${field.name}" must stand once`, JSON.stringify(String(key)), start)
  map.set(key, value)
}

function readMapValue(
  reading: Reading,
  field: DescField & { readonly fieldKind: 'map' },
  depth: number,
): unknown {
  if (field.mapKind === 'enum') return readEnum(reading.lexer, field.enum)
  if (field.mapKind === 'scalar') return readScalar(reading.lexer, field.scalar)
  return readMessage(reading, reflect(field.message), depth)
}
