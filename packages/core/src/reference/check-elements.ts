/** The limit on how large a tensor a node may make. */
import { dtypeInfo } from '../base/dtype.ts'
import { SlipwayError } from '../base/errors.ts'
import type { Limits } from '../base/limits.ts'
import { type Node, nodeLabel, operatorText } from '../ir/graph.ts'

/** Throws SLP-L4 where a tensor of `count` elements would be over the limits. */
export function checkElements(count: number, limits: Limits, node: Node): void {
  const most = Math.min(limits.tensorElements, limits.tensorBytes / (dtypeInfo('float64').bits / 8))
  if (count <= most) return
  throw new SlipwayError('SLP-L4', `Cannot make tensor: it may have at most ${most} elements, got ${count}`, {
    node: nodeLabel(node),
    operator: operatorText(node),
    remedy: 'Raise limits.tensorBytes if the size is intended.',
  })
}
