/** Where in a program a node was made: what tracing writes into its metadata, and what errors tell. */
import type { Node } from '../ir/graph.ts'

export const sourceKey = 'slipway.source'

export function sourceOf({ metadata }: Pick<Node, 'metadata'>): string | undefined {
  return metadata?.get(sourceKey)
}
