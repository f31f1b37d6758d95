import { type Dim, dimsEqual } from '../base/dim.ts'
import { wideZeros } from '../base/wide.ts'
import { ifComputable } from '../kernel/computable.ts'
import { choose as chooseFormula } from '../kernel/formula.ts'
import { defineOp } from './define.ts'
import { one } from './param.ts'
import { broadcastAll, broadcastInfer } from './shared/broadcast.ts'
import { copyElement } from './shared/movement.ts'
import { tensorsIr4 } from './types.ts'

/** X where the condition is true, otherwise Y, with broadcasting of all three. */
export const where = defineOp({
  name: 'Where',
  since: [9, 16],
  types: { B: ['bool'], T: tensorsIr4 },
  inputs: { condition: one('B'), X: one('T'), Y: one('T') },
  outputs: { output: one('T') },
  attrs: {},
  infer: ({ condition, X, Y }) => ({ output: broadcastInfer([condition, X, Y], X.dtype, choose) }),
  reference: ({ condition, X, Y }) => {
    const { shape, tensors } = broadcastAll([condition, X, Y])
    const [chosen, left, right] = [tensors[0]!, tensors[1]!, tensors[2]!]
    const out = wideZeros(X.dtype, shape)
    for (let i = 0; i < chosen.data.length; i++) copyElement(chosen.data[i] ? left : right, i, out, i)
    return { output: out }
  },
  gradient: 'rule',
  lower: {
    kind: 'elementwise',
    formula: ({ condition, X, Y }) => ifComputable(chooseFormula(condition, X, Y)),
  },
})

function choose([condition, x, y]: readonly Dim[]): Dim | undefined {
  if (typeof condition === 'number') return condition === 0 ? y : x
  return dimsEqual(x!, y!) ? x : undefined
}
