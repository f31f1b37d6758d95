/** Attributes of a node as its operator specifies them, defaults filled in, by kind. */
import type { Node } from '../ir/graph.ts'
import { tryFindOp } from '../ops/registry.ts'

/** The value of an attribute; its default where it is not given; undefined where it has none or is malformed. */
export function attributeOf(node: Node, name: string): unknown {
  const spec = tryFindOp(node.domain, node.op)?.attrs[name]
  const given = node.attributes.get(name)
  if (!given || !spec) return spec?.fallback
  try {
    return spec.parse(given, name)
  } catch {
    return undefined
  }
}

/** A number attribute, or `fallback`. */
export function numberOf(node: Node, name: string, fallback = 0): number {
  const value = attributeOf(node, name)
  return typeof value === 'number' ? value : fallback
}

/** A text attribute, or the empty text. */
export function textOf(node: Node, name: string): string {
  const value = attributeOf(node, name)
  return typeof value === 'string' ? value : ''
}

/** A list of numbers; undefined where it is absent. */
export function tryNumbersOf(node: Node, name: string): readonly number[] | undefined {
  const value = attributeOf(node, name)
  return Array.isArray(value) && value.every((item) => typeof item === 'number') ? value : undefined
}
