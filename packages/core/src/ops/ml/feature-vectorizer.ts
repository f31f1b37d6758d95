import { addDims, type Dim, dimsEqual, productOfDims } from '../../base/dim.ts'
import { wideZeros } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { type TensorFact, tensorFact } from '../fact.ts'
import { many, one } from '../param.ts'
import { refuse } from '../refuse.ts'
import { castTo } from '../shared/cast-node.ts'
import { indexInts } from '../types.ts'

/**
 * The inputs side by side as float32 columns; a vector is one row, and axes after the first count as one.
 * With inputdimensions each input is cut, or filled up with zeros, to its entry.
 */
export const featureVectorizer = defineOp({
  name: 'FeatureVectorizer',
  domain: 'ai.onnx.ml',
  since: [1],
  types: { T1: [...indexInts, 'float32', 'float64'] },
  inputs: { X: many('T1') },
  outputs: { Y: one('float32') },
  attrs: { inputdimensions: attr.ints([]) },
  infer: ({ X }, { inputdimensions }, { freshDim }) => {
    if (inputdimensions.length > 0 && inputdimensions.length !== X.length)
      refuse(`inputdimensions must have ${X.length} elements`, inputdimensions.length)
    const wrong = inputdimensions.find((size) => size < 0)
    if (wrong !== undefined) refuse('inputdimensions must not be negative', wrong)
    const rows = commonRows(X) ?? freshDim('rows')
    const columns = X.map(
      (x, i) => inputdimensions[i] ?? (x.shape ? columnsOf(x.shape) : freshDim('columns')),
    )
    return { Y: tensorFact('float32', [rows, columns.reduce<Dim>(addDims, 0)]) }
  },
  reference: ({ X }, { inputdimensions }, { checkElements }) => {
    const own = X.map(({ shape }) => shape.slice(shape.length === 1 ? 0 : 1).reduce((a, b) => a * b, 1))
    const widths = own.map((size, i) => inputdimensions[i] ?? size)
    const total = widths.reduce((sum, width) => sum + width, 0)
    const rows = X[0]!.shape.length < 2 ? 1 : X[0]!.shape[0]!
    checkElements(rows * total)
    const Y = wideZeros('float32', [rows, total])
    let start = 0
    X.forEach((x, k) => {
      const count = Math.min(own[k]!, widths[k]!)
      for (let row = 0; row < rows; row++) {
        for (let i = 0; i < count; i++) Y.data[row * total + start + i] = Number(x.data[row * own[k]! + i])
      }
      start += widths[k]!
    })
    return { Y }
  },
  gradient: none('classic models are not trained by gradients'),
  lower: {
    kind: 'decompose',
    build: (b, { X }, { inputdimensions }, { inputs }) => {
      if (inputdimensions.length > 0 || inputs.X.some(({ shape }) => !shape?.length)) return undefined
      const rows = X.map((x, i) => {
        const { dtype, shape } = inputs.X[i]!
        const numbers = castTo(b, x, dtype, 'float32')
        // A vector is one row.
        return b.node('Flatten', [numbers], { axis: shape!.length === 1 ? 0 : 1 })
      })
      return { Y: b.node('Concat', rows, { axis: 1 }) }
    },
  },
})

function columnsOf(shape: readonly Dim[]): Dim {
  return shape.length === 1 ? shape[0]! : productOfDims(shape.slice(1))
}

function commonRows(inputs: readonly TensorFact[]): Dim | undefined {
  let common: Dim | undefined
  for (const { shape } of inputs) {
    if (!shape) continue
    const rows = shape.length < 2 ? 1 : shape[0]!
    if (common === undefined || (typeof common !== 'number' && typeof rows === 'number')) common = rows
    else if (typeof rows === 'number' && !dimsEqual(common, rows)) {
      refuse(`all inputs must have ${common} rows`, rows)
    }
  }
  return common
}
