/**
 * The executable specification of a Graph. A graph that passes can be walked in order by anyone: every name is
 * defined once and before it is read, in bodies too, and types and constants agree. Operators are not looked at.
 */
import { SlipwayError } from '../base/errors.ts'
import type { Attribute } from './attribute.ts'
import { type Graph, type Node, operatorText } from './graph.ts'
import { constantConflict, tensorFlaw, typeFlaw } from './verify-type.ts'

export type VerifyRule =
  | 'empty name'
  | 'defined twice'
  | 'shadows an outer value'
  | 'used before definition'
  | 'undefined value'
  | 'malformed type'
  | 'malformed tensor'
  | 'constant contradicts its type'

export interface Finding {
  /** Such as `graph.node[3].input[1]`, or `graph.node[2].then_branch.output[0]` in a body. */
  readonly path: string
  readonly rule: VerifyRule
  readonly message: string
}

/** Everything that breaks a rule, in graph order; empty for a well-formed graph. */
export function verifyGraph(graph: Graph): readonly Finding[] {
  const findings: Finding[] = []
  verify(graph, 'graph', new Set(), (path, rule, message) => findings.push({ path, rule, message }))
  return findings
}

/** Throws SLP-I1 with the first finding where a graph breaks a rule. */
export function assertGraph(graph: Graph): void {
  const findings = verifyGraph(graph)
  const [first] = findings
  if (!first) return
  const more = findings.length > 1 ? ` (and ${findings.length - 1} more)` : ''
  throw new SlipwayError('SLP-I1', `Cannot accept graph "${graph.name}": ${first.message}${more}`, {
    path: first.path,
  })
}

type Report = (path: string, rule: VerifyRule, message: string) => void

function verify(graph: Graph, path: string, outer: ReadonlySet<string>, report: Report): void {
  const defined = new Set<string>()
  const later = new Set(graph.nodes.flatMap(({ outputs }) => outputs))
  const define = (name: string, at: string) => {
    if (defined.has(name)) report(at, 'defined twice', `a value must be defined once, got "${name}" again`)
    else if (outer.has(name)) {
      report(at, 'shadows an outer value', `a body must not redefine a value around it, got "${name}"`)
    }
    defined.add(name)
  }
  const read = (name: string, at: string) => {
    if (defined.has(name) || outer.has(name)) return
    if (later.has(name)) {
      report(at, 'used before definition', `a value must be defined before it is read, got "${name}"`)
    } else report(at, 'undefined value', `a value must be defined, got "${name}"`)
  }
  graph.inputs.forEach((name, i) => {
    if (name === '') report(`${path}.input[${i}]`, 'empty name', 'an input must have a name, got ""')
    else define(name, `${path}.input[${i}]`)
  })
  verifyConstants(graph, path, define, report)
  for (const [name, type] of graph.types) {
    const flaw = typeFlaw(type)
    if (flaw) report(`${path}.type[${JSON.stringify(name)}]`, 'malformed type', flaw)
  }
  graph.nodes.forEach((node, index) => {
    const at = `${path}.node[${index}]`
    verifyNode(node, at, () => new Set([...outer, ...defined]), read, report)
    node.outputs.forEach((name, i) => {
      if (name !== '') define(name, `${at}.output[${i}]`)
    })
  })
  graph.outputs.forEach((name, i) => {
    if (name === '') report(`${path}.output[${i}]`, 'empty name', 'a graph output must have a name, got ""')
    else read(name, `${path}.output[${i}]`)
  })
}

function verifyConstants(
  { constants, inputs, types }: Graph,
  path: string,
  define: (name: string, at: string) => void,
  report: Report,
): void {
  const given = new Set(inputs)
  for (const [name, value] of constants) {
    const at = `${path}.constant[${JSON.stringify(name)}]`
    if (name === '') report(at, 'empty name', 'a constant must have a name, got ""')
    else if (!given.has(name)) define(name, at)
    const flaw = tensorFlaw(value)
    if (flaw) report(at, 'malformed tensor', flaw)
    const type = types.get(name)
    const difference = type && constantConflict(value, type)
    if (difference) report(at, 'constant contradicts its type', `${difference} of the constant "${name}"`)
  }
}

function verifyNode(
  node: Node,
  at: string,
  visible: () => ReadonlySet<string>,
  read: (name: string, at: string) => void,
  report: Report,
): void {
  if (node.op === '') {
    report(at, 'empty name', `a node must have an operator, got "" in the domain "${node.domain}"`)
  }
  node.inputs.forEach((name, i) => {
    if (name !== '') read(name, `${at}.input[${i}]`)
  })
  for (const [name, attribute] of node.attributes) {
    if (name === '') {
      report(at, 'empty name', `an attribute must have a name, got "" on ${operatorText(node)}`)
    }
    verifyAttribute(attribute, `${at}.${name}`, visible, report)
  }
}

function verifyAttribute(
  attribute: Attribute,
  at: string,
  visible: () => ReadonlySet<string>,
  report: Report,
): void {
  const values = Array.isArray(attribute.value) ? attribute.value : [attribute.value]
  values.forEach((_, i) => {
    const where = Array.isArray(attribute.value) ? `${at}[${i}]` : at
    verifyItem(itemOf(attribute, i), where, visible, report)
  })
}

type Item = Extract<Attribute, { kind: 'graph' | 'tensor' | 'sparse' | 'type' }>

/** The i-th item of a list, or the value itself; undefined for items that cannot be wrong. */
function itemOf(attribute: Attribute, i: number): Item | undefined {
  switch (attribute.kind) {
    case 'graph':
    case 'tensor':
    case 'sparse':
    case 'type':
      return attribute
    case 'graphs':
      return { kind: 'graph', value: attribute.value[i]! }
    case 'tensors':
      return { kind: 'tensor', value: attribute.value[i]! }
    case 'sparses':
      return { kind: 'sparse', value: attribute.value[i]! }
    case 'types':
      return { kind: 'type', value: attribute.value[i]! }
    default:
      return undefined
  }
}

function verifyItem(
  item: Item | undefined,
  at: string,
  visible: () => ReadonlySet<string>,
  report: Report,
): void {
  if (item?.kind === 'graph') verify(item.value, at, visible(), report)
  else if (item?.kind === 'type') {
    const flaw = typeFlaw(item.value)
    if (flaw) report(at, 'malformed type', flaw)
  } else if (item) {
    const parts = item.kind === 'sparse' ? [item.value.values, item.value.indices] : [item.value]
    for (const part of parts) {
      const flaw = tensorFlaw(part)
      if (flaw) report(at, 'malformed tensor', flaw)
    }
  }
}
