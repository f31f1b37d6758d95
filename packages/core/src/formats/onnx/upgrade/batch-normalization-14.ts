import { withAttributes } from './attributes.ts'
import { defineUpgrade } from './define.ts'

/**
 * Until version 9 the number of outputs said whether the node trains; version 14 has an attribute for it, and the
 * statistics of the batch are no outputs any more.
 */
export const batchNormalization = defineUpgrade({
  op: 'BatchNormalization',
  before: 14,
  convert: (node, c) => {
    const [y = '', mean = '', variance = '', ...saved] = node.outputs
    if (mean === '' && variance === '' && saved.every((name) => name === '')) return { ...node, outputs: [y] }
    const lost = saved.find((name) => name !== '' && c.isRead(name))
    if (lost !== undefined) {
      return c.cannot(`the statistics of the batch are no output any more, but "${lost}" is read`)
    }
    return withAttributes({ ...node, outputs: [y, mean, variance] }, { training_mode: 1 })
  },
})
