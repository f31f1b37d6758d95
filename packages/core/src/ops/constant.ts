import { elementCount } from '../base/shape.ts'
import { tensor } from '../base/tensor.ts'
import { type WideTensor, wide, widen } from '../base/wide.ts'
import { type AttrSpecs, type Attrs, attr } from './attr.ts'
import { defineOp, none } from './define.ts'
import { maxTrackedElements, type TensorFact, tensorFact } from './fact.ts'
import { one } from './param.ts'
import { refuse } from './refuse.ts'
import { denseOf } from './shared/sparse.ts'
import { tensorsIr13 } from './types.ts'

const attrs = {
  value: attr.optional.tensor(),
  sparse_value: attr.optional.sparse(),
  value_int: attr.optional.int64(),
  value_ints: attr.optional.int64s(),
  value_float: attr.optional.float(),
  value_floats: attr.optional.floats(),
  value_string: attr.optional.string(),
  value_strings: attr.optional.strings(),
} as const satisfies AttrSpecs

/** The tensor that exactly one of the attributes states. A sparse value becomes dense. */
export const constant = defineOp({
  name: 'Constant',
  since: [1, 9, 11, 12, 13, 19, 21, 23, 24, 25],
  types: { T: tensorsIr13 },
  inputs: {},
  outputs: { output: one('T') },
  attrs,
  infer: (_inputs, given) => ({ output: factOf(given) }),
  reference: (_inputs, given, { checkElements }) => {
    if (given.sparse_value) checkElements(elementCount(given.sparse_value.shape))
    return { output: tensorOf(given) }
  },
  gradient: none('it reads nothing of floating point that its output varies with'),
  lower: { kind: 'host' },
})

type Given = Attrs<typeof attrs>

function factOf(given: Given): TensorFact {
  const named = Object.entries(given).filter(([, value]) => value !== undefined)
  if (named.length !== 1) {
    refuse('exactly one value attribute must be given', named.map(([name]) => name).join(', '))
  }
  const stated = given.value ?? given.sparse_value
  const dtype = given.value?.dtype ?? given.sparse_value?.values.dtype
  if (stated && dtype && elementCount(stated.shape) > maxTrackedElements)
    return tensorFact(dtype, stated.shape)
  const value = tensorOf(given)
  return { ...tensorFact(value.dtype, value.shape), constant: value }
}

function tensorOf(given: Given): WideTensor {
  if (given.value) return widen(given.value)
  if (given.sparse_value) return denseOf(given.sparse_value)
  if (given.value_int !== undefined) return wide('int64', [], BigInt64Array.of(given.value_int))
  if (given.value_ints) return wide('int64', [given.value_ints.length], BigInt64Array.from(given.value_ints))
  if (given.value_float !== undefined) return wide('float32', [], Float64Array.of(given.value_float))
  if (given.value_floats)
    return wide('float32', [given.value_floats.length], Float64Array.from(given.value_floats))
  if (given.value_string !== undefined) return wide('string', [], [given.value_string])
  return widen(tensor('string', [given.value_strings?.length ?? 0], given.value_strings ?? []))
}
