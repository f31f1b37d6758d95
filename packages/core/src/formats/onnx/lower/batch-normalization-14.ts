import { attr } from '../../../ops/attr.ts'
import { attributeOf, withAttributes } from '../upgrade/attributes.ts'
import { defineLowering } from './define.ts'

/** Before version 14 the outputs said whether the node trains, and the statistics were computed otherwise. */
export const batchNormalization = defineLowering({
  op: 'BatchNormalization',
  before: 14,
  convert: (node, c) => {
    if (attributeOf(node, 'training_mode', attr.int(0)) !== 0) {
      return c.cannot('training (training_mode 1) was another computation')
    }
    return withAttributes({ ...node, outputs: node.outputs.slice(0, 1) }, { training_mode: undefined })
  },
})
