import { normalizeAxis } from '../base/shape.ts'
import { wide } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact } from './fact.ts'
import { one } from './param.ts'
import { floatsOf } from './shared/elements.ts'
import { acrossAxes, momentsOf } from './shared/moments.ts'
import { floats } from './types.ts'

/** Added to the standard deviation, as the standard's function body does. */
const epsilon = 1e-9

/** (X - mean) / (standard deviation + 1e-9), both taken over `axes`. */
export const meanVarianceNormalization = defineOp({
  name: 'MeanVarianceNormalization',
  since: [9, 13],
  types: { T: floats },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: { axes: attr.ints([0, 2, 3]) },
  infer: ({ X }, { axes }) => {
    if (X.shape) for (const axis of axes) normalizeAxis(axis, X.shape.length)
    return { Y: tensorFact(X.dtype, X.shape) }
  },
  reference: ({ X }, { axes }) => {
    const x = floatsOf(X)
    const grouping = acrossAxes(
      X.shape,
      axes.map((axis) => normalizeAxis(axis, X.shape.length)),
    )
    const { mean, variance } = momentsOf(x, grouping)
    const y = x.map((value, i) => {
      const group = grouping.groupOf(i)
      return (value - mean[group]!) / (Math.sqrt(variance[group]!) + epsilon)
    })
    return { Y: wide(X.dtype, X.shape, y) }
  },
  gradient: 'decomposed',
  lower: {
    kind: 'decompose',
    build(b, { X }, attrs, { inputs }) {
      // Reductions over no axes at all reduce over every axis unless told otherwise.
      const axes = b.literal('int64', attrs.axes)
      const mean = (x: string) => b.node('ReduceMean', [x, axes], { noop_with_empty_axes: 1 })
      const deviation = b.node('Sub', [X, mean(X)])
      const root = b.node('Sqrt', [mean(b.node('Mul', [deviation, deviation]))])
      const divisor = b.node('Add', [root, b.literal(inputs.X.dtype, epsilon)])
      return { Y: b.node('Div', [deviation, divisor]) }
    },
  },
})
