/** Types of values in the text form: what `typeText` prints. */
import { type Dim, parseDim } from '../base/dim.ts'
import { type DType, isDType } from '../base/dtype.ts'
import { SlipwayError } from '../base/errors.ts'
import type { ValueType } from '../base/value.ts'
import type { Lexer } from './lexer.ts'

const maxDepth = 32

/** Throws SLP-I3. */
export function parseType(lexer: Lexer, depth = 0): ValueType {
  if (depth > maxDepth) lexer.fail(`a type of at most ${maxDepth} levels`)
  const wrapped = <T>(read: () => T): T => {
    lexer.expect('(')
    const result = read()
    lexer.expect(')')
    return result
  }
  const inner = () => parseType(lexer, depth + 1)
  if (lexer.take('seq')) return { kind: 'sequence', element: wrapped(inner) }
  if (lexer.take('optional')) return { kind: 'optional', element: wrapped(inner) }
  if (lexer.take('sparse')) return { kind: 'sparse', ...wrapped(() => dense(lexer)) }
  if (lexer.take('map')) {
    return wrapped(() => {
      const key = parseDType(lexer)
      lexer.expect(',')
      return { kind: 'map', key, value: inner() }
    })
  }
  return { kind: 'tensor', ...dense(lexer) }
}

/** The element type that the next token names. Throws SLP-I3. */
export function parseDType(lexer: Lexer): DType {
  const token = lexer.next()
  return isDType(token.text) ? token.text : lexer.fail('an element type', token)
}

function dense(lexer: Lexer): { dtype: DType; shape?: readonly Dim[] } {
  const dtype = parseDType(lexer)
  const dims = parseDims(lexer)
  return dims ? { dtype, shape: dims } : { dtype }
}

/** `[N,3]`, or undefined for `[*]`. */
function parseDims(lexer: Lexer): readonly Dim[] | undefined {
  const at = lexer.peek()
  lexer.expect('[')
  const text = lexer.untilBracket()
  if (text === '*') return undefined
  if (text === '') return []
  return (text.match(/(?:`[^`]*`|[^,`])+/g) ?? []).map((size) => {
    try {
      return parseDim(size.trim())
    } catch (error) {
      if (error instanceof SlipwayError) return lexer.fail('dimensions', { ...at, text })
      throw error
    }
  })
}

/** `[2,3]` with numbers only. */
export function parseShape(lexer: Lexer): readonly number[] {
  const at = lexer.peek()
  const dims = parseDims(lexer)
  return (dims ?? lexer.fail('a shape', at)).map((size) =>
    typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : lexer.fail('a shape', at),
  )
}
