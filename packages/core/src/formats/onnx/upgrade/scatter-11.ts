import { defineUpgrade } from './define.ts'

/** The operator got another name. */
export const scatter = defineUpgrade({
  op: 'Scatter',
  before: 11,
  convert: (node) => ({ ...node, op: 'ScatterElements' }),
})
