import { definePass } from '../define.ts'
import { op } from '../pattern.ts'

export const noOpCast = definePass({
  name: 'no-op-cast',
  priority: 120,
  doc: 'A Cast to the type that its input has becomes its input.',
  pattern: op(['Cast', 'CastLike'], ['x'], { open: true }),
  guards: [
    ({ view, root, dtype }) => {
      const to = view.dtype(root.outputs[0]!)
      return (
        (to !== undefined && to === dtype('x')) || `x must be ${to}, got ${dtype('x') ?? 'an unknown type'}`
      )
    },
  ],
  build: ({ value }) => value('x'),
})
