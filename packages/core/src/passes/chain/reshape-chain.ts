import { definePass, refused } from '../define.ts'
import { op } from '../pattern.ts'
import { tryReshapeTarget } from './reshape-target.ts'

/** Operators that give the same elements in the same order under another shape. */
const shaping = ['Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'] as const

export const reshapeChain = definePass({
  name: 'reshape-chain',
  priority: 210,
  doc: 'Reshape, Flatten, Squeeze and Unsqueeze in a row become one Reshape.',
  pattern: op(shaping, [op(shaping, ['x'], { open: true })], { open: true }),
  build: ({ view, root, shape, value }, emit) => {
    const target = tryReshapeTarget(shape('x'), view.shape(root.outputs[0]!))
    if (!target) return refused('all sizes of the result but one must be numbers or sizes of the same axis')
    const attributes = target.allowZero ? { allowzero: 1 } : {}
    return emit.node('Reshape', [value('x'), emit.literal('int64', target.shape)], attributes)
  },
})
