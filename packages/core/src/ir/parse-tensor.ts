/** Tensors in the text form: what `printTensor` prints. */
import { fromBase64 } from '../base/base64.ts'
import { type DType, isInt64 } from '../base/dtype.ts'
import { SlipwayError } from '../base/errors.ts'
import { elementCount } from '../base/shape.ts'
import { arrayOf, dataLength, type Tensor, tensor } from '../base/tensor.ts'
import { lanesOf, narrow, wideZeros } from '../base/wide.ts'
import type { Lexer, Token } from './lexer.ts'
import { parseDType, parseShape } from './parse-type.ts'

/** Throws SLP-I3. */
export function parseTensor(lexer: Lexer): Tensor {
  const start = lexer.peek()
  const dtype = parseDType(lexer)
  const shape = parseShape(lexer)
  if (lexer.take('elided'))
    lexer.fail('a tensor with its elements (this one was left out while printing)', start)
  if (lexer.take('base64')) return fromBytes(lexer, dtype, shape)
  lexer.expect('(')
  const tokens: Token[] = []
  if (!lexer.take(')')) {
    do tokens.push(lexer.next())
    while (lexer.take(','))
    lexer.expect(')')
  }
  const wanted = elementCount(shape) * lanesOf(dtype)
  if (tokens.length !== wanted) lexer.fail(`${wanted} elements instead of ${tokens.length}`, start)
  const out = wideZeros(dtype, shape)
  tokens.forEach((token, i) => {
    if (out.data instanceof Float64Array) out.data[i] = parseNumber(lexer, token)
    else if (Array.isArray(out.data))
      out.data[i] = token.kind === 'text' ? token.text : lexer.fail('a text', token)
    else if (isInt64(dtype)) out.data[i] = parseInteger(lexer, token)
  })
  return narrow(out)
}

function fromBytes(lexer: Lexer, dtype: DType, shape: readonly number[]): Tensor {
  const token = lexer.next()
  if (dtype === 'string') lexer.fail('a tensor of numbers', token)
  try {
    const bytes = fromBase64(token.text)
    const Data = arrayOf(dtype)
    const length = dataLength(dtype, shape)
    if (bytes.length !== length * Data.BYTES_PER_ELEMENT) {
      lexer.fail(`${length * Data.BYTES_PER_ELEMENT} bytes instead of ${bytes.length}`, token)
    }
    return tensor(dtype, shape, new Data(bytes.buffer) as never) // the class was chosen by dtype
  } catch (error) {
    if (error instanceof SlipwayError && error.code === 'SLP-B1') lexer.fail('base64', token)
    throw error
  }
}

/** A number, `nan`, `inf`, `true` or `false`; `0.1f` is the float32 next to 0.1. */
export function parseNumber(lexer: Lexer, token: Token): number {
  const named: Readonly<Record<string, number>> = { nan: Number.NaN, inf: Infinity, true: 1, false: 0 }
  if (token.kind === 'name' && Object.hasOwn(named, token.text)) return named[token.text]!
  if (token.kind !== 'number') lexer.fail('a number', token)
  if (token.text.endsWith('f') && !token.text.endsWith('inf')) {
    return Math.fround(Number(token.text.slice(0, -1)))
  }
  return Number(token.text.replace('inf', 'Infinity'))
}

/** The integer that a token spells. Throws SLP-I3. */
export function parseInteger(lexer: Lexer, token: Token): bigint {
  return token.kind === 'number' && /^-?\d+$/.test(token.text)
    ? BigInt(token.text)
    : lexer.fail('an integer', token)
}
