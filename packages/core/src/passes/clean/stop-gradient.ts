import { definePass } from '../define.ts'
import { op } from '../pattern.ts'

/** Gradients are there already where anybody wants them. */
export const stopGradient = definePass({
  name: 'stop-gradient',
  priority: 101,
  doc: 'What only stops gradients goes.',
  pattern: op('ai.slipway.StopGradient', ['x']),
  build: (match) => match.value('x'),
})
