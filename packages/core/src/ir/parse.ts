/** Reads the text form of print.ts back into a Graph. */
import type { Tensor } from '../base/tensor.ts'
import { tensorType, type ValueType } from '../base/value.ts'
import type { Attribute, Attributes } from './attribute.ts'
import type { Graph, Node } from './graph.ts'
import { type Lexer, makeLexer } from './lexer.ts'
import { parseAttribute } from './parse-attribute.ts'
import { parseTensor } from './parse-tensor.ts'
import { parseType } from './parse-type.ts'

/**
 * The graph that a text describes: `parseGraph(printGraph(g))` equals `g`.
 *
 * @throws SLP-I3 with line and column where the text is no graph, and for an elided tensor.
 */
export function parseGraph(text: string): Graph {
  const lexer = makeLexer(text)
  const graph = graphOf(lexer, 0)
  if (lexer.peek().kind !== 'end') lexer.fail('the end of the text')
  return graph
}

const maxDepth = 32

interface Draft {
  readonly constants: Map<string, Tensor>
  readonly types: Map<string, ValueType>
  readonly nodes: Node[]
}

function graphOf(lexer: Lexer, depth: number): Graph {
  if (depth > maxDepth) lexer.fail(`at most ${maxDepth} nested graphs`)
  const draft: Draft = { constants: new Map(), types: new Map(), nodes: [] }
  lexer.expect('graph')
  const name = nameOf(lexer)
  lexer.expect('(')
  const inputs = list(lexer, ')', () => define(lexer, draft))
  lexer.expect('->')
  lexer.expect('(')
  const outputs = list(lexer, ')', () => nameOf(lexer))
  const metadata = metadataOf(lexer)
  lexer.expect('{')
  while (!lexer.take('}')) statement(lexer, draft, () => graphOf(lexer, depth + 1))
  return { name, inputs, outputs, ...draft, ...(metadata && { metadata }) }
}

function statement(lexer: Lexer, draft: Draft, body: () => Graph): void {
  if (lexer.take('const')) constant(lexer, draft)
  else if (lexer.take('type')) define(lexer, draft)
  else draft.nodes.push(nodeOf(lexer, draft, body))
}

/** `w = tensor`, `w: type = tensor`, or `w := tensor` where the declared type is the tensor's own. */
function constant(lexer: Lexer, draft: Draft): void {
  const at = lexer.peek()
  const name = nameOf(lexer)
  if (draft.constants.has(name)) lexer.fail('a constant that is not there yet', at)
  const isTyped = lexer.take(':')
  const isOwn = isTyped && lexer.take('=')
  if (isTyped && !isOwn) draft.types.set(name, parseType(lexer))
  if (!isOwn) lexer.expect('=')
  const value = parseTensor(lexer)
  draft.constants.set(name, value)
  if (isOwn) draft.types.set(name, tensorType(value.dtype, value.shape))
}

/** A name with or without a type. */
function define(lexer: Lexer, { types }: Draft): string {
  const name = nameOf(lexer)
  if (lexer.take(':')) types.set(name, parseType(lexer))
  return name
}

function nodeOf(lexer: Lexer, draft: Draft, body: () => Graph): Node {
  const outputs = list(lexer, '=', () => define(lexer, draft))
  const callee = operatorOf(lexer)
  lexer.expect('(')
  const inputs = list(lexer, ')', () => nameOf(lexer))
  const attributes: Attributes = lexer.take('{') ? attributesOf(lexer, body) : new Map()
  const name = lexer.take('@') ? nameOf(lexer) : ''
  const metadata = metadataOf(lexer)
  return { name, ...callee, inputs, outputs, attributes, ...(metadata && { metadata }) }
}

function operatorOf(lexer: Lexer): Pick<Node, 'domain' | 'op'> {
  const { kind, text } = lexer.next()
  if (kind === 'text') {
    lexer.expect('.')
    const op = lexer.next()
    if (op.kind !== 'text') lexer.fail('the quoted name of an operator', op)
    return { domain: text, op: op.text }
  }
  const at = text.lastIndexOf('.')
  return { domain: text.slice(0, Math.max(at, 0)), op: text.slice(at + 1) }
}

function attributesOf(lexer: Lexer, body: () => Graph): Attributes {
  const attributes = new Map<string, Attribute>()
  list(lexer, '}', () => {
    const at = lexer.peek()
    const name = nameOf(lexer)
    if (attributes.has(name)) lexer.fail('an attribute that is not there yet', at)
    lexer.expect(':')
    attributes.set(name, parseAttribute(lexer, body))
  })
  return attributes
}

function metadataOf(lexer: Lexer): Map<string, string> | undefined {
  if (!lexer.take('metadata')) return undefined
  lexer.expect('{')
  const entries = list(lexer, '}', () => {
    const key = textOf(lexer)
    lexer.expect(':')
    return [key, textOf(lexer)] as const
  })
  return new Map(entries)
}

function textOf(lexer: Lexer): string {
  const token = lexer.next()
  return token.kind === 'text' ? token.text : lexer.fail('a quoted text', token)
}

/** A bare or quoted name; `_` is the empty one. */
function nameOf(lexer: Lexer): string {
  const token = lexer.next()
  if (token.kind === 'text') return token.text
  if (token.kind !== 'name') lexer.fail('a name', token)
  return token.text === '_' ? '' : token.text
}

/** Items between commas up to the mark `end`, which is taken. */
function list<T>(lexer: Lexer, end: string, item: () => T): T[] {
  const items: T[] = []
  if (lexer.take(end)) return items
  do items.push(item())
  while (lexer.take(','))
  lexer.expect(end)
  return items
}
