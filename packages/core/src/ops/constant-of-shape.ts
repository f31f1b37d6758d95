import type { Dim } from '../base/dim.ts'
import { elementCount } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import { type WideTensor, wide, widen, wideZeros } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp, type InferContext, none } from './define.ts'
import { maxTrackedElements, type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { elementTable, emitFill, tableOf } from './lower/fill.ts'
import { one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { integersOf } from './shared/elements.ts'
import { freshShape } from './shared/fresh-shape.ts'
import { copyElement } from './shared/movement.ts'
import { listLength } from './shared/require.ts'
import { trackedOf } from './shared/tracked.ts'
import { float8s, int2s, int4s, numbers } from './types.ts'

/** A tensor of the given shape with every element the only one of `value`, or float32 zero. */
export const constantOfShape = defineOp({
  name: 'ConstantOfShape',
  since: [9, 20, 21, 23, 24, 25],
  types: {
    T1: ['int64'],
    T2: [...numbers, ...float8s, ...int4s, ...int2s, 'bool', 'float4e2m1', 'float8e8m0'],
  },
  inputs: { input: one('T1') },
  outputs: { output: one('T2') },
  attrs: { value: attr.optional.tensor() },
  infer: ({ input }, { value }, context) => {
    const fill = fillOf(value)
    const shape = shapeFrom(input, context)
    return { output: tensorFact(fill.dtype, shape, repeated(fill, shape)) }
  },
  reference: ({ input }, { value }, { checkElements }) => {
    const fill = fillOf(value)
    const shape = integersOf(input)
    if (shape.some((size) => size < 0)) refuseValue('sizes must not be negative', shape)
    checkElements(elementCount(shape))
    const output = wideZeros(fill.dtype, shape)
    for (let i = 0; i < elementCount(shape); i++) copyElement(fill, 0, output, i)
    return { output }
  },
  gradient: none('it reads nothing of floating point that its output varies with'),
  lower: {
    kind: 'kernel',
    emit: (_inputs, { output }, { value }, context) =>
      emitFill(value ? tableOf(context, value) : elementTable(context, 'float32', 0), output, context),
  },
})

function fillOf(value: Tensor | undefined): WideTensor {
  if (!value) return wide('float32', [], Float64Array.of(0))
  if (elementCount(value.shape) !== 1) refuse('value must have one element', `shape [${value.shape}]`)
  return widen(value)
}

function shapeFrom(input: TensorFact, context: InferContext): readonly Dim[] | undefined {
  const sizes = valuesOf(input)
  const rank = listLength('input', input)
  if (sizes?.some((size) => typeof size === 'number' && size < 0)) {
    refuse('sizes must not be negative', sizes)
  }
  return sizes ?? (rank === undefined ? undefined : freshShape(rank, 'size', context))
}

function repeated(fill: WideTensor, shape: readonly Dim[] | undefined): readonly Dim[] | undefined {
  const element = trackedOf({ ...tensorFact(fill.dtype, fill.shape), constant: fill })?.[0]
  if (element === undefined || !shape?.every((size) => typeof size === 'number')) return undefined
  const count = elementCount(shape)
  return count <= maxTrackedElements ? new Array<Dim>(count).fill(element) : undefined
}
