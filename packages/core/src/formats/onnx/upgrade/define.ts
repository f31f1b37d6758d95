/**
 * One change of meaning of one operator: how a node from before a version of the operator set is said in that
 * version. Adapters are exact, or they refuse.
 */
import type { Tensor } from '../../../base/tensor.ts'
import type { ValueType } from '../../../base/value.ts'
import type { AttributesInit } from '../../../ir/builder.ts'
import type { Node } from '../../../ir/graph.ts'

export interface UpgradeNodeOptions {
  /** Number of outputs, or their names; one unless given. */
  readonly outputs?: number | readonly string[]
  /** The operator set version that the new node is written for; the adapter's own one unless given. */
  readonly at?: number
}

/** What an adapter may ask of the graph, and how it adds nodes before the one it returns. */
export interface UpgradeContext {
  /** The operator set version that the node is written for. */
  readonly version: number
  /** The declared or inferred type of a value. */
  typeOf(name: string): ValueType | undefined
  /** A value that is known before the model runs. */
  constantOf(name: string): Tensor | undefined
  /** Whether any node, body or output of the graph reads a value. */
  isRead(name: string): boolean
  /** Adds a constant named after the node and `hint`; returns its name. */
  constant(value: Tensor, hint: string): string
  /** Adds a node before the one that the adapter returns; returns the name of its first output. */
  node(
    op: string,
    inputs: readonly (string | undefined)[],
    attributes?: AttributesInit,
    options?: UpgradeNodeOptions,
  ): string
  /** A name nobody has used. */
  fresh(hint: string): string
  /** Throws SLP-F7: the node means something that newer versions cannot say, or not enough is known of it. */
  cannot(reason: string): never
}

export interface Upgrade {
  /** `''` is ai.onnx. */
  readonly domain: string
  readonly op: string
  /** Nodes from before this version of the operator set are changed. */
  readonly before: number
  /** The version that the returned node is written for; `before` unless given. */
  readonly to?: number
  /** The node, with the same outputs, that takes the place of `node`. */
  convert(node: Node, context: UpgradeContext): Node
}

/**
 * @example
 * export const scatter = defineUpgrade({
 *   op: 'Scatter',
 *   before: 11,
 *   convert: (node) => ({ ...node, op: 'ScatterElements' }),
 * })
 */
export function defineUpgrade(upgrade: Omit<Upgrade, 'domain'> & { readonly domain?: string }): Upgrade {
  return { domain: '', ...upgrade }
}
