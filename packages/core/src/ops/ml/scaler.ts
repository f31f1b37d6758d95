import { lowerElementwise } from '../../kernel/elementwise.ts'
import { apply2, convert as convertFormula, input } from '../../kernel/formula.ts'
import type { TensorRef } from '../../kernel/lower.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { fromNumbers } from '../shared/elementwise.ts'
import { indexInts } from '../types.ts'

/** (X - offset) * scale; each of the two is one number, or one per feature of the last axis. */
export const scaler = defineOp({
  name: 'Scaler',
  domain: 'ai.onnx.ml',
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
  gradient: none('classic models are not trained by gradients'),
  lower: {
    kind: 'kernel',
    emit: ({ X }, { Y }, attrs, context) => {
      const list = (values: readonly number[], otherwise: number): TensorRef => {
        const data = Float64Array.from(values.length === 0 ? [otherwise] : values)
        return {
          dtype: 'float64',
          shape: [data.length],
          at: context.table(new Uint8Array(data.buffer)),
          isConstant: true,
        }
      }
      const moved = apply2('sub', convertFormula(input(0, X.dtype), 'float64'), input(1, 'float64'))
      const scaled = convertFormula(apply2('mul', moved, input(2, 'float64')), 'float32')
      return lowerElementwise(context, scaled, [X, list(attrs.offset, 0), list(attrs.scale, 1)], Y)
    },
  },
})
