import type { Tensor } from '../../base/tensor.ts'
import { narrow } from '../../base/wide.ts'
import type { Node } from '../../ir/graph.ts'
import { attributeOf } from '../attributes.ts'
import { definePass, refused } from '../define.ts'
import type { GraphView } from '../graph-view.ts'
import { op } from '../pattern.ts'

export const constantNode = definePass({
  name: 'constant-node',
  priority: 10,
  doc: 'A Constant node becomes an initialiser.',
  pattern: op('Constant', [], { as: 'node' }),
  build: ({ view, node }, emit) => {
    const tensor = tensorOf(view, node('node'))
    return tensor ? emit.constant(tensor) : refused('the value must be dense, or small')
  },
})

function tensorOf(view: GraphView, node: Node): Tensor | undefined {
  const given = node.attributes.get('value')
  if (given?.kind === 'tensor') return given.value
  const known = attributeOf(node, 'sparse_value') ? undefined : view.fact(node.outputs[0]!)?.constant
  return known && narrow(known)
}
