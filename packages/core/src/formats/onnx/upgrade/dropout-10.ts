import { withInputs } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/** The mask had the type of the data; it is bool since version 10. */
export const dropout = defineUpgrade({
  op: 'Dropout',
  before: 10,
  convert: (node, c) => {
    const [output = '', mask = ''] = node.outputs
    if (mask === '' || !c.isRead(mask)) return { ...node, outputs: [output] }
    const kept = c.fresh('mask')
    c.node('Dropout', node.inputs, Object.fromEntries(node.attributes), { outputs: [output, kept] })
    const cast = { ...withInputs(node, [kept, node.inputs[0]]), op: 'CastLike', attributes: new Map() }
    return { ...cast, outputs: [mask] }
  },
})
