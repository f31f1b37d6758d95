import { tensorType, type ValueType } from '../../base/value.ts'
import { type WideTensor, wide } from '../../base/wide.ts'
import { attr } from '../attr.ts'
import { defineOp, none } from '../define.ts'
import { one, sequence } from '../param.ts'
import { type ClassLabels, classLabels } from './shared/class-labels.ts'
import { checkFeatures, rowsOf } from './shared/rows.ts'

/** One map per row, from the labels to the columns of X. */
export const zipMap = defineOp({
  name: 'ZipMap',
  domain: 'ai.onnx.ml',
  since: [1],
  types: { T: ['seq(map(string,float32))', 'seq(map(int64,float32))'] },
  inputs: { X: one('float32') },
  outputs: { Z: sequence('T') },
  attrs: { classlabels_int64s: attr.optional.int64s(), classlabels_strings: attr.optional.strings() },
  infer: ({ X }, attrs) => {
    const labels = classLabels(attrs.classlabels_int64s, attrs.classlabels_strings)
    checkFeatures(X, labels.count)
    return { Z: { type: { kind: 'sequence', element: mapType(labels) } } }
  },
  reference: ({ X }, attrs) => {
    const labels = classLabels(attrs.classlabels_int64s, attrs.classlabels_strings)
    const keys = labels.pick(Array.from({ length: labels.count }, (_, i) => i))
    const items = rowsOf(X).map((row) => ({ kind: 'map' as const, keys, values: scores(row) }))
    return { Z: { kind: 'sequence', element: mapType(labels), items } }
  },
  gradient: none('it maps keys, not numbers'),
  lower: { kind: 'host' },
})

const mapType = ({ dtype }: ClassLabels): ValueType => ({
  kind: 'map',
  key: dtype,
  value: tensorType('float32', []),
})

const scores = (row: Float64Array): WideTensor => wide('float32', [row.length], row.slice())
