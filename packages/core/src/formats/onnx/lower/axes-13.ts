/** Axes and sizes became inputs in version 13; see axes-18.ts for the reductions. */
import { withInputs } from '../upgrade/attributes.ts'
import { defineLowering, type Lowering } from './define.ts'
import { inputToInts } from './helpers.ts'

const moved = (op: string, name: string): Omit<Lowering, 'domain'> => ({
  op,
  before: 13,
  convert: (node, context) =>
    inputToInts(node, withInputs(node, [node.inputs[0]]), { index: 1, name, context }),
})

export const split = defineLowering(moved('Split', 'split'))
export const squeeze = defineLowering(moved('Squeeze', 'axes'))
export const unsqueeze = defineLowering(moved('Unsqueeze', 'axes'))
