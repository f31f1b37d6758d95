/** Whether a version of an operator can hold a node: attributes, numbers of inputs and outputs, and types. */
import type { Attribute } from '../../../ir/attribute.ts'
import type { Node } from '../../../ir/graph.ts'
import type { AttrSpec } from '../../../ops/attr.ts'
import type { AnyOp } from '../../../ops/define.ts'
import { allowsNewestTypes, typeProblem } from '../schema/allowed-types.ts'
import { type Schema, schemaAt } from '../schema/schema.ts'
import type { Workspace } from './workspace.ts'

/**
 * The node as the version holds it, without attributes that came later and stand at their default, or the reason
 * why it cannot.
 *
 * @param version one of the operator's own versions
 */
export function fit(op: AnyOp, version: number, node: Node, work: Workspace): Node | { reason: string } {
  const schema = schemaAt(op.domain, op.name, version)
  if (schema === 'unknown operator' || 'firstVersion' in schema) return { reason: 'it did not exist' }
  const attributes = fitAttributes(op, schema, node)
  if ('reason' in attributes) return attributes
  const reason = countProblem(schema, node) ?? typesProblem(op, version, node, work)
  if (reason !== undefined) return { reason }
  return attributes.length === node.attributes.size ? node : { ...node, attributes: new Map(attributes) }
}

function fitAttributes(
  op: AnyOp,
  { attributes, sinceVersion }: Schema,
  node: Node,
): (readonly [string, Attribute])[] | { reason: string } {
  const kept: (readonly [string, Attribute])[] = []
  for (const [name, attribute] of node.attributes) {
    const rule = attributes.get(name)
    const spec = op.attrs[name]
    if (rule?.kind === attribute.kind || name.startsWith('__')) kept.push([name, attribute])
    else if (rule || !spec || !isDefault(attribute, name, spec)) {
      return { reason: `version ${sinceVersion} has no ${attribute.kind} attribute "${name}"` }
    }
  }
  for (const [name, { required }] of attributes) {
    if (required && !node.attributes.has(name)) {
      return { reason: `version ${sinceVersion} wants the attribute "${name}"` }
    }
  }
  return kept
}

function isDefault(attribute: Attribute, name: string, spec: AttrSpec): boolean {
  if (spec.presence !== 'default') return false
  const value = spec.parse(attribute, name)
  const { fallback } = spec
  // Files hold floats in 32 bits, definitions write them as decimals.
  const stored = (item: unknown) =>
    spec.kind.startsWith('float') && typeof item === 'number' ? Math.fround(item) : item
  const isSame = (a: unknown, b: unknown) => Object.is(stored(a), stored(b))
  if (!Array.isArray(value) || !Array.isArray(fallback)) return isSame(value, fallback)
  return value.length === fallback.length && value.every((item, i) => isSame(item, fallback[i]))
}

function countProblem({ inputs, outputs, sinceVersion }: Schema, node: Node): string | undefined {
  const used = (names: readonly string[]) => names.findLastIndex((name) => name !== '') + 1
  for (const [what, [least, most], count] of [
    ['inputs', inputs, used(node.inputs)],
    ['outputs', outputs, used(node.outputs)],
  ] as const) {
    if (count < least || count > most) {
      return `version ${sinceVersion} takes ${least === most ? least : `${least} to ${most}`} ${what}, got ${count}`
    }
  }
  const omitted = node.inputs.slice(0, inputs[0]).indexOf('')
  return omitted < 0 ? undefined : `version ${sinceVersion} does not let input ${omitted} be omitted`
}

function typesProblem(op: AnyOp, version: number, node: Node, work: Workspace): string | undefined {
  if (version === op.since.at(-1) || allowsNewestTypes(op, version)) return undefined
  const typeOf = (name: string) => (name === '' ? undefined : work.factOf(name)?.type)
  const unknown = [...node.inputs, ...node.outputs].find((name) => name !== '' && !typeOf(name))
  if (unknown !== undefined) return `the type of "${unknown.slice(0, 100)}" must be known`
  const problem = typeProblem(op, version, {
    inputs: node.inputs.map(typeOf),
    outputs: node.outputs.map(typeOf),
  })
  return problem && `in version ${version}, ${problem}`
}
