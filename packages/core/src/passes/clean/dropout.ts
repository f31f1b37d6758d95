import { definePass } from '../define.ts'
import { op, optional } from '../pattern.ts'
import { tryScalar } from '../tensors.ts'

export const dropout = definePass({
  name: 'dropout',
  priority: 110,
  doc: 'Dropout outside training becomes its input.',
  pattern: op('Dropout', ['x', optional('ratio'), optional('training')]),
  guards: [
    ({ constant, tryValue }) =>
      tryValue('training') === undefined ||
      tryScalar(constant('training')) === 0 ||
      'training_mode must be absent or the constant false',
  ],
  build: ({ value }) => [value('x')],
})
