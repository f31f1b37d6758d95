import { toAttributes } from '../../../ir/builder.ts'
import type { Graph, Node } from '../../../ir/graph.ts'
import { attr } from '../../../ops/attr.ts'
import { attributeOf, withInputs } from './attributes.ts'
import { defineUpgrade, type UpgradeContext } from './define.ts'

/**
 * Version 8 ran over a batch, each instance by itself: axis 0 of every input and output was the batch. That is a
 * Scan without state over the batch whose body is the Scan over one instance.
 */
export const scan = defineUpgrade({
  op: 'Scan',
  before: 9,
  convert: (node, c) => {
    const [lengths, ...inputs] = node.inputs
    if (lengths) return c.cannot('sequences of different lengths are not supported any more')
    const given = inputs.map(() => c.fresh('instance'))
    const results = node.outputs.map(() => c.fresh('result'))
    const one: Node = {
      ...withInputs(node, given),
      outputs: results,
      attributes: toAttributes(innerAttributes(node, c)),
    }
    const body: Graph = {
      name: 'instance',
      inputs: given,
      outputs: results,
      nodes: [one],
      constants: new Map(),
      types: new Map(),
    }
    const attributes = toAttributes({ body, num_scan_inputs: inputs.length })
    return { ...withInputs(node, inputs), attributes }
  },
})

function innerAttributes(node: Node, c: UpgradeContext) {
  const directions = attributeOf(node, 'directions', attr.optional.ints())
  return {
    body: attributeOf(node, 'body', attr.optional.graph()) ?? c.cannot('the attribute body must be given'),
    num_scan_inputs: attributeOf(node, 'num_scan_inputs', attr.optional.int()),
    scan_input_directions: directions,
  }
}
