import { definePass, refused } from '../define.ts'
import { op } from '../pattern.ts'
import { tryReshapeTarget } from './reshape-target.ts'

export const reshapeConstant = definePass({
  name: 'reshape-constant',
  priority: 205,
  doc: 'A Reshape to a computed shape whose sizes are known, or follow, gets a constant shape.',
  pattern: op('Reshape', ['x', 'shape'], { as: 'reshape' }),
  guards: [({ constant }) => !constant('shape') || 'the shape must be computed'],
  build: ({ view, root, shape, value }, emit) => {
    const target = tryReshapeTarget(shape('x'), view.shape(root.outputs[0]!))
    if (!target) return refused('all sizes of the result but one must be numbers or sizes of the same axis')
    const attributes = target.allowZero ? { allowzero: 1 } : {}
    return emit.node('Reshape', [value('x'), emit.literal('int64', target.shape)], attributes)
  },
})
