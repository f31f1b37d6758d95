/** Reading and changing the attributes of a node inside an adapter. */
import { type AttributesInit, toAttributes } from '../../../ir/builder.ts'
import type { Node } from '../../../ir/graph.ts'
import type { AttrSpec } from '../../../ops/attr.ts'

/** An attribute in the form that `spec` says, or its default. Throws SLP-O1. */
export function attributeOf<T>(node: Node, name: string, spec: AttrSpec<T>): T {
  const attribute = node.attributes.get(name)
  return attribute ? spec.parse(attribute, name) : (spec.fallback as T) // required ones are asked for with optional specs
}

/** A copy with attributes set; those set to undefined are taken away. */
export function withAttributes(node: Node, changes: AttributesInit): Node {
  const attributes = new Map([...node.attributes].filter(([name]) => !Object.hasOwn(changes, name)))
  for (const [name, value] of toAttributes(changes)) attributes.set(name, value)
  return { ...node, attributes }
}

/** A copy with the given inputs; undefined ones are omitted, at the end altogether. */
export function withInputs(node: Node, inputs: readonly (string | undefined)[]): Node {
  const names = inputs.map((name) => name ?? '')
  while (names.at(-1) === '') names.pop()
  return { ...node, inputs: names }
}
