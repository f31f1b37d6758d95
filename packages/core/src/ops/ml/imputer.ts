import type { Dim } from '../../base/dim.ts'
import { isFloat } from '../../base/dtype.ts'
import { wide } from '../../base/wide.ts'
import { apply2, choose, like } from '../../kernel/formula.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { tensorFact } from '../fact.ts'
import { isNotNumber } from '../lower/formulas.ts'
import { one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { numbersIn } from '../shared/elements.ts'
import { indexInts } from '../types.ts'

/**
 * Puts other values where X equals the replaced value (NaN equals NaN): one value for all, or one per
 * feature of the last axis.
 */
export const imputer = defineOp({
  name: 'Imputer',
  domain: 'ai.onnx.ml',
  since: [1],
  types: { T: [...indexInts, 'float32', 'float64'] },
  inputs: { X: one('T') },
  outputs: { Y: one('T') },
  attrs: {
    replaced_value_int64: attr.int64(0n),
    imputed_value_int64s: attr.int64s([]),
    replaced_value_float: attr.float(0),
    imputed_value_floats: attr.floats([]),
  },
  traits: ['inplace'],
  infer: ({ X }, attrs) => {
    const list = isFloat(X.dtype) ? attrs.imputed_value_floats : attrs.imputed_value_int64s
    checkValues(list.length, X.shape, isFloat(X.dtype) ? 'imputed_value_floats' : 'imputed_value_int64s')
    return { Y: tensorFact(X.dtype, X.shape) }
  },
  reference: ({ X }, attrs) => {
    if (X.data instanceof BigInt64Array) {
      const { imputed_value_int64s: values, replaced_value_int64: replaced } = attrs
      const data = X.data.map((x, i) => (x === replaced ? values[i % values.length]! : x))
      return { Y: wide(X.dtype, X.shape, data) }
    }
    const values = isFloat(X.dtype) ? attrs.imputed_value_floats : attrs.imputed_value_int64s.map(Number)
    const replaced = isFloat(X.dtype) ? attrs.replaced_value_float : Number(attrs.replaced_value_int64)
    const data = numbersIn(X).map((x, i) =>
      x === replaced || (Number.isNaN(x) && Number.isNaN(replaced)) ? values[i % values.length]! : x,
    )
    return { Y: wide(X.dtype, X.shape, data) }
  },
  gradient: none('classic models are not trained by gradients'),
  lower: {
    kind: 'elementwise',
    formula: ({ X }, attrs) => {
      const { imputed_value_floats: values, replaced_value_float: replaced } = attrs
      if (!isFloat(X.dtype) || values.length !== 1) return undefined
      const isReplaced = Number.isNaN(replaced) ? isNotNumber(X) : apply2('eq', X, like(replaced, X))
      return choose(isReplaced, like(values[0]!, X), X)
    },
  },
})

function checkValues(count: number, shape: readonly Dim[] | undefined, name: string): void {
  if (count === 0) refuse(`${name} must be given for this type of X`, 'nothing')
  const features = shape?.at(-1)
  if (count > 1 && (shape?.length === 0 || (typeof features === 'number' && features !== count)))
    refuse(`${name} must have 1 element or one per feature`, count)
}
