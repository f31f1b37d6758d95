import type { Node } from '../../ir/graph.ts'
import { numberOf } from '../attributes.ts'
import { definePass, refused } from '../define.ts'
import type { GraphView } from '../graph-view.ts'
import { op } from '../pattern.ts'

export const concatConcat = definePass({
  name: 'concat-concat',
  priority: 200,
  doc: 'A Concat that only another Concat along the same axis reads is taken into it.',
  pattern: op('Concat', [], { as: 'outer', open: true }),
  build: ({ view, node }, emit) => {
    const outer = node('outer')
    const axis = axisOf(view, outer)
    if (axis === undefined) return refused('the rank must be known')
    const inputs = outer.inputs.flatMap((name) => {
      const inner = view.producer(name)
      const joins =
        inner?.op === 'Concat' && inner.domain === '' && view.isSole(name) && axisOf(view, inner) === axis
      return joins ? inner.inputs : [name]
    })
    if (inputs.length === outer.inputs.length)
      return refused('an input must be a Concat along the same axis with no other reader')
    return emit.again(outer, inputs, { axis })
  },
})

function axisOf(view: GraphView, node: Node): number | undefined {
  const rank = view.shape(node.outputs[0]!)?.length
  const axis = numberOf(node, 'axis')
  return axis >= 0 ? axis : rank && axis + rank
}
