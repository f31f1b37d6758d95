import type { Dim } from '../base/dim.ts'
import { elementCount, normalizeAxis } from '../base/shape.ts'
import { type WideTensor, wideZeros } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { emitOneHot } from './lower/fill.ts'
import { one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { copyElement } from './shared/movement.ts'
import { ieeeNumbers, tensorsIr4 } from './types.ts'

/**
 * A new axis of `depth` elements, all values[0] except the one that the index names, which is values[1].
 * Negative indices count from the end; an index outside names none.
 */
export const oneHot = defineOp({
  name: 'OneHot',
  since: [9, 11, 28],
  types: { T1: ieeeNumbers, T2: ieeeNumbers, T3: tensorsIr4 },
  inputs: { indices: one('T1'), depth: one('T2'), values: one('T3') },
  outputs: { output: one('T3') },
  attrs: { axis: attr.int(-1) },
  infer: ({ indices, depth, values }, { axis }, { freshDim }) => {
    checkCount('depth', depth, 1)
    checkCount('values', values, 2)
    const size: Dim = valuesOf(depth)?.[0] ?? freshDim('depth')
    if (typeof size === 'number' && size < 0) refuse('depth must not be negative', size)
    const { shape } = indices
    const sizes = shape?.toSpliced(normalizeAxis(axis, shape.length + 1), 0, size)
    return { output: tensorFact(values.dtype, sizes) }
  },
  reference: ({ indices, depth, values }, attrs, { checkElements }) => {
    const size = integerOf(depth, 0)
    if (size < 0) refuseValue('depth must not be negative', size)
    const axis = normalizeAxis(attrs.axis, indices.shape.length + 1)
    const shape = indices.shape.toSpliced(axis, 0, size)
    checkElements(elementCount(shape))
    const output = wideZeros(values.dtype, shape)
    for (let i = 0; i < elementCount(shape); i++) copyElement(values, 0, output, i)
    const inner = elementCount(indices.shape.slice(axis))
    for (let i = 0; i < indices.data.length; i++) {
      const index = integerOf(indices, i)
      const hot = index < 0 ? index + size : index
      if (hot < 0 || hot >= size) continue
      copyElement(values, 1, output, (Math.floor(i / inner) * size + hot) * inner + (i % inner))
    }
    return { output }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ indices, values }, { output }, { axis }, context) =>
      emitOneHot(indices, values, output, normalizeAxis(axis, output.shape.length), context),
  },
})

const integerOf = (x: WideTensor, index: number): number => Math.trunc(Number(x.data[index]))

function checkCount(name: string, { shape }: TensorFact, count: number): void {
  const scalar = shape?.length === 0 && count === 1
  if (shape && !scalar && (shape.length !== 1 || (typeof shape[0] === 'number' && shape[0] !== count))) {
    refuse(`${name} must have rank 1 and ${count} elements`, `rank ${shape.length}`)
  }
}
