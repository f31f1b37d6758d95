/** The nodes of a function's body as they stand in place of one call. */
import { SlipwayError } from '../../base/errors.ts'
import type { Graph, Node } from '../../ir/graph.ts'
import { mapBodies } from './map-bodies.ts'
import { quote } from './quote.ts'

/** Texts from files go into new names, but bounded: calls inside calls would make them grow. */
const longestName = 60
const longestNodeName = 200

interface Scope {
  /** New names of the values that are defined so far. */
  readonly values: Map<string, string>
  readonly outer: Scope | undefined
}

/**
 * @throws SLP-O5 where the call has more inputs or outputs than the function, SLP-F1 where the body defines a
 * value twice, SLP-I4 where it reads a value that it does not define.
 */
export function splice(call: Node, body: Graph, prefix: string): Node[] {
  const place = { node: call.name, operator: body.name }
  const fail = (code: 'SLP-O5' | 'SLP-F1' | 'SLP-I4', rule: string, got: string): never => {
    throw new SlipwayError(code, `Cannot inline function: ${rule}, got ${got}`, place)
  }
  const count = (what: 'inputs' | 'outputs') => {
    if (call[what].length > body[what].length)
      fail('SLP-O5', `the call may have ${body[what].length} ${what} at most`, String(call[what].length))
  }
  count('inputs')
  count('outputs')
  const wanted = new Map<string, string>()
  const values = new Map<string, string>()
  body.inputs.forEach((name, i) => {
    if (values.has(name)) fail('SLP-F1', 'inputs must have different names', quote(name))
    values.set(name, call.inputs[i] ?? '')
  })
  call.outputs.forEach((name, i) => {
    const inner = body.outputs[i]!
    if (name !== '' && !values.has(inner) && !wanted.has(inner)) wanted.set(inner, name)
  })
  const renamer = bodyRenamer(prefix, wanted, call.name, fail)
  const scope: Scope = { values, outer: undefined }
  const nodes = constantNodes(body, scope, renamer)
  for (const node of body.nodes) nodes.push(renamer.node(node, scope))
  call.outputs.forEach((name, i) => {
    if (name === '') return
    const value = renamer.read(body.outputs[i]!, scope)
    if (value === '')
      fail('SLP-I4', 'an output must have a value', `the omitted input ${quote(body.outputs[i]!)}`)
    if (value !== name) nodes.push(plainNode('Identity', [value], [name]))
  })
  return nodes
}

const plainNode = (op: string, inputs: readonly string[], outputs: readonly string[]): Node => ({
  name: '',
  domain: '',
  op,
  inputs,
  outputs,
  attributes: new Map(),
})

/** Upgrading a body may have given it constants, for which a function has no place. */
function constantNodes(body: Graph, scope: Scope, renamer: Renamer): Node[] {
  if (body.constants.size === 0) return []
  return [...body.constants].map(([name, value]) => ({
    ...plainNode('Constant', [], [renamer.define(name, scope)]),
    attributes: new Map([['value', { kind: 'tensor', value }]]),
  }))
}

interface Renamer {
  read(name: string, scope: Scope): string
  define(name: string, scope: Scope): string
  node(node: Node, scope: Scope): Node
}

function bodyRenamer(
  prefix: string,
  wanted: ReadonlyMap<string, string>,
  callName: string,
  fail: (code: 'SLP-F1' | 'SLP-I4', rule: string, got: string) => never,
): Renamer {
  let long = 0
  const read = (name: string, scope: Scope): string => {
    if (name === '') return ''
    for (let at: Scope | undefined = scope; at; at = at.outer) {
      const value = at.values.get(name)
      if (value !== undefined) return value
    }
    return fail('SLP-I4', 'its body must define every value before it is read', quote(name))
  }
  const define = (name: string, scope: Scope): string => {
    if (name === '') return ''
    if (scope.values.has(name)) fail('SLP-F1', 'its body must define a value once', `${quote(name)} twice`)
    // A cut name is longer than any name that is not cut, so the two never meet.
    const fresh =
      name.length <= longestName ? prefix + name : `${prefix}${++long}.${name.slice(0, longestName)}`
    const value = (scope.outer ? undefined : wanted.get(name)) ?? fresh
    scope.values.set(name, value)
    return value
  }
  const graph = (inner: Graph, outer: Scope): Graph => {
    const scope: Scope = { values: new Map(), outer }
    const inputs = inner.inputs.map((name) => define(name, scope))
    const constants = new Map(
      [...inner.constants].map(([name, value]) => [scope.values.get(name) ?? define(name, scope), value]),
    )
    const nodes = inner.nodes.map((one) => node(one, scope))
    return { ...inner, inputs, constants, nodes, outputs: inner.outputs.map((name) => read(name, scope)) }
  }
  const node = (one: Node, scope: Scope): Node => {
    const inputs = one.inputs.map((name) => read(name, scope))
    const changed = mapBodies(one, (inner) => graph(inner, scope))
    const name = callName === '' ? one.name : `${callName}/${one.name || one.op}`.slice(0, longestNodeName)
    return { ...changed, name, inputs, outputs: one.outputs.map((output) => define(output, scope)) }
  }
  return { read, define, node }
}
