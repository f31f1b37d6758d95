import { attr } from '../attr.ts'
import { defineOp } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { fromNumbers } from '../shared/elementwise.ts'
import { indexInts } from '../types.ts'

export const scaler = defineOp({
  name: 'Scaler',
  domain: 'ai.onnx.ml',
  doc: '(X - offset) * scale; each of the two is one number, or one per feature of the last axis.',
  since: [1],
  types: { T: [...indexInts, 'float32', 'float64'] },
  inputs: { X: one('T') },
  outputs: { Y: one('float32') },
  attrs: { scale: attr.floats([]), offset: attr.floats([]) },
  infer: ({ X }, attrs) => {
    const features = X.shape?.at(-1)
    for (const [name, list] of Object.entries(attrs)) {
      if (list.length > 1 && typeof features === 'number' && list.length !== features)
        refuse(`${name} must have 1 or ${features} elements`, list.length)
      if (list.length > 1 && X.shape?.length === 0) refuse(`${name} must have 1 element`, list.length)
    }
    return { Y: tensorFact('float32', X.shape) }
  },
  reference: ({ X }, { scale, offset }) => ({
    Y: fromNumbers(
      'float32',
      X.shape,
      (i) => (Number(X.data[i]) - (offset[i % offset.length] ?? 0)) * (scale[i % scale.length] ?? 1),
    ),
  }),
  gradient: 'none',
  lower: {
    kind: 'decompose',
    build: (b, { X }, { scale, offset }, { inputs }) => {
      if (inputs.X.dtype !== 'float32') return undefined
      const part = (list: readonly number[]) => b.literal('float32', list.length === 1 ? list[0]! : list)
      const moved = offset.length > 0 ? b.node('Sub', [X, part(offset)]) : X
      return { Y: scale.length > 0 ? b.node('Mul', [moved, part(scale)]) : b.node('Identity', [moved]) }
    },
  },
})
