/** Times the nodes of one run of the interpreter, from the two calls it makes around each of them. */
import { packedByteLength } from '../base/dtype.ts'
import { elementCount } from '../base/shape.ts'
import type { WideValue } from '../base/wide.ts'
import { type Node, nodeLabel, operatorText } from '../ir/graph.ts'
import type { NodeProfile } from './engine.ts'

export interface NodeClock {
  readonly nodes: readonly NodeProfile[]
  /** The first call after a node has ended is made as the next node starts; later ones come from within it. */
  beforeNode(): void
  afterNode(node: Node, outputs: readonly (WideValue | undefined)[]): void
}

export function nodeClock(nowMs: () => number): NodeClock {
  const nodes: NodeProfile[] = []
  const origin = nowMs()
  let startMs: number | undefined
  return {
    nodes,
    beforeNode() {
      startMs ??= nowMs() - origin
    },
    afterNode(node, outputs) {
      const begun = startMs ?? 0
      nodes.push({
        name: nodeLabel(node),
        operator: operatorText(node),
        startMs: begun,
        durationMs: nowMs() - origin - begun,
        outputBytes: outputs.reduce((sum, value) => sum + (value ? byteLength(value) : 0), 0),
      })
      startMs = undefined
    },
  }
}

/** Bytes of a value at the width of its dtype; strings count two per UTF-16 unit. */
function byteLength(value: WideValue): number {
  switch (value.kind) {
    case 'tensor':
      return Array.isArray(value.data)
        ? value.data.reduce((sum, text) => sum + 2 * text.length, 0)
        : packedByteLength(value.dtype, elementCount(value.shape))
    case 'sequence':
      return value.items.reduce((sum, item) => sum + byteLength(item), 0)
    case 'optional':
      return value.value ? byteLength(value.value) : 0
    case 'map':
      return byteLength(value.keys) + byteLength(value.values)
    default:
      return value satisfies never
  }
}
