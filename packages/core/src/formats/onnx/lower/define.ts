/**
 * One change of meaning of one operator, backwards: how a node of a version is said as the versions before it say
 * it. Lowerings are exact, or they refuse.
 */
import type { Tensor } from '../../../base/tensor.ts'
import type { ValueType } from '../../../base/value.ts'
import type { AttributesInit } from '../../../ir/builder.ts'
import type { Node } from '../../../ir/graph.ts'

export interface LowerNodeOptions {
  /** Number of outputs; one unless given. */
  readonly outputs?: number
  /** The version of its operator that the new node is written for; the newest one unless given. */
  readonly at?: number
}

/** What a lowering may ask of the graph, and how it adds nodes before the one it returns. */
export interface LoweringContext {
  /** The declared or inferred type of a value. */
  typeOf(name: string): ValueType | undefined
  /** A value that is known before the model runs: a constant, or a small one that follows from constants. */
  constantOf(name: string): Tensor | undefined
  /** The integers of a small tensor where all of them are known; sizes of known shapes are. */
  integersOf(name: string): readonly number[] | undefined
  /** Adds a constant named after the node and `hint`; returns its name. */
  constant(value: Tensor, hint: string): string
  /** Adds a node before the one that the lowering returns; returns the name of its first output. */
  node(
    op: string,
    inputs: readonly (string | undefined)[],
    attributes?: AttributesInit,
    options?: LowerNodeOptions,
  ): string
  /** Gives up: versions before this one cannot say what the node says. */
  cannot(reason: string): never
}

export interface Lowering {
  /** `''` is ai.onnx. */
  readonly domain: string
  readonly op: string
  /** The returned node is written for the versions before this one. */
  readonly before: number
  /**
   * The node, with the same outputs, that takes the place of `node`: the same node where nothing is to do. A node of
   * another operator is written for the newest version of that.
   */
  convert(node: Node, context: LoweringContext): Node
}

/**
 * @example
 * export const roiAlign = defineLowering({
 *   op: 'RoiAlign',
 *   before: 16,
 *   convert: (node) => withAttributes(node, { coordinate_transformation_mode: undefined }),
 * })
 */
export function defineLowering(lowering: Omit<Lowering, 'domain'> & { readonly domain?: string }): Lowering {
  return { domain: '', ...lowering }
}
