import { wide } from '../../base/wide.ts'
import { defineOp, none } from '../define.ts'
import { one } from '../param.ts'
import { broadcastAll, broadcastInfer } from '../shared/broadcast.ts'
import { textsOf } from '../shared/elements.ts'

/** The text of X followed by the text of Y, element by element, with broadcasting. */
export const stringConcat = defineOp({
  name: 'StringConcat',
  since: [20],
  types: { T: ['string'] },
  inputs: { X: one('T'), Y: one('T') },
  outputs: { Z: one('T') },
  attrs: {},
  traits: ['associative'],
  infer: ({ X, Y }) => ({ Z: broadcastInfer([X, Y], 'string') }),
  reference: ({ X, Y }) => {
    const { shape, tensors } = broadcastAll([X, Y])
    const [left, right] = [textsOf(tensors[0]!), textsOf(tensors[1]!)]
    return {
      Z: wide(
        'string',
        shape,
        left.map((text, i) => text + right[i]!),
      ),
    }
  },
  gradient: none('it reads strings'),
  lower: { kind: 'host' },
})
