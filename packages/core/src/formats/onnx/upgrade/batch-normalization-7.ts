import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/** With is_test the further outputs had no meaning; without it their number has said the mode ever since. */
export const batchNormalization = defineUpgrade({
  op: 'BatchNormalization',
  before: 7,
  convert: (node, c) => {
    const bare = withAttributes(node, { is_test: undefined })
    if (attributeOf(node, 'is_test', attr.int(0)) === 0) return bare
    const lost = node.outputs.slice(1).find((name) => name !== '' && c.isRead(name))
    if (lost !== undefined) return c.cannot(`with is_test there is one output only, but "${lost}" is read`)
    return { ...bare, outputs: node.outputs.slice(0, 1) }
  },
})
