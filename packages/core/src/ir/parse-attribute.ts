/** Attribute values in the text form. */
import { isDType } from '../base/dtype.ts'
import type { Attribute } from './attribute.ts'
import type { Graph } from './graph.ts'
import type { Lexer, Token } from './lexer.ts'
import { parseInteger, parseNumber, parseTensor } from './parse-tensor.ts'
import { parseShape, parseType } from './parse-type.ts'
import type { SparseTensor } from './sparse.ts'

/** Throws SLP-I3. `readGraph` reads a nested graph. */
export function parseAttribute(lexer: Lexer, readGraph: () => Graph): Attribute {
  const token = lexer.peek()
  if (token.text === '[' && token.kind === 'mark') return scalars(lexer)
  if (token.kind !== 'name') return scalar(lexer, lexer.next())
  if (token.text === 'graph') return { kind: 'graph', value: readGraph() }
  if (isDType(token.text)) return { kind: 'tensor', value: parseTensor(lexer) }
  if (lexer.take('type')) return { kind: 'type', value: parseType(lexer) }
  if (token.text === 'sparse') return { kind: 'sparse', value: sparse(lexer) }
  for (const kind of ['floats', 'ints', 'strings'] as const) {
    if (lexer.take(kind)) return { kind, value: items(lexer, () => lexer.fail('"]"')) }
  }
  if (lexer.take('tensors')) return { kind: 'tensors', value: items(lexer, () => parseTensor(lexer)) }
  if (lexer.take('graphs')) return { kind: 'graphs', value: items(lexer, readGraph) }
  if (lexer.take('sparses')) return { kind: 'sparses', value: items(lexer, () => sparse(lexer)) }
  if (lexer.take('types')) return { kind: 'types', value: items(lexer, () => parseType(lexer)) }
  return scalar(lexer, lexer.next())
}

type Scalar = Extract<Attribute, { kind: 'float' | 'int' | 'string' }>

function scalar(lexer: Lexer, token: Token): Scalar {
  if (token.kind === 'text') return { kind: 'string', value: token.text }
  if (token.kind === 'number' && /^-?\d+$/.test(token.text)) {
    return { kind: 'int', value: parseInteger(lexer, token) }
  }
  return { kind: 'float', value: parseNumber(lexer, token) }
}

/** A list whose kind is that of its first item. */
function scalars(lexer: Lexer): Attribute {
  const start = lexer.peek()
  const list = items(lexer, () => scalar(lexer, lexer.next()))
  const floats = list.flatMap((item) => (item.kind === 'float' ? [item.value] : []))
  const ints = list.flatMap((item) => (item.kind === 'int' ? [item.value] : []))
  const strings = list.flatMap((item) => (item.kind === 'string' ? [item.value] : []))
  if (list.length > 0 && floats.length === list.length) return { kind: 'floats', value: floats }
  if (list.length > 0 && ints.length === list.length) return { kind: 'ints', value: ints }
  if (list.length > 0 && strings.length === list.length) return { kind: 'strings', value: strings }
  return lexer.fail('a list of items of one kind (an empty one needs its kind before it)', start)
}

function items<T>(lexer: Lexer, item: () => T): T[] {
  const list: T[] = []
  lexer.expect('[')
  if (lexer.take(']')) return list
  do list.push(item())
  while (lexer.take(','))
  lexer.expect(']')
  return list
}

/** `sparse[3,4](values, indices)`. */
function sparse(lexer: Lexer): SparseTensor {
  lexer.expect('sparse')
  const shape = parseShape(lexer)
  lexer.expect('(')
  const values = parseTensor(lexer)
  lexer.expect(',')
  const start = lexer.peek()
  const indices = parseTensor(lexer)
  if (indices.dtype !== 'int64') lexer.fail('indices of type int64', start)
  lexer.expect(')')
  return { kind: 'sparse', shape, values, indices: indices as SparseTensor['indices'] } // dtype was checked
}
