import { tryReshapeTarget } from '../chain/reshape-target.ts'
import { definePass, refused } from '../define.ts'
import { op } from '../pattern.ts'
import { permOf } from '../permutation.ts'

export const transposeReshape = definePass({
  name: 'transpose-reshape',
  priority: 430,
  doc: 'A Transpose that moves axes of size 1 only becomes Reshape, which copies nothing.',
  pattern: op('Transpose', ['x'], { as: 'transpose' }),
  build: ({ view, root, node, shape, value }, emit) => {
    const [perm, from] = [permOf(view, node('transpose')), shape('x')]
    const order = perm?.filter((axis) => from?.[axis] !== 1)
    if (!order || !from || order.some((axis, i) => i > 0 && axis < order[i - 1]!))
      return refused('axes of other sizes must keep their order')
    const target = tryReshapeTarget(from, view.shape(root.outputs[0]!))
    if (!target) return refused('all sizes of the result but one must be numbers or sizes of the same axis')
    return emit.node(
      'Reshape',
      [value('x'), emit.literal('int64', target.shape)],
      target.allowZero ? { allowzero: 1 } : {},
    )
  },
})
