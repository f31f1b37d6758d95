/** Types of sequences and of what is in them. */
import type { Dim } from '../../base/dim.ts'
import { tensorType, typeText, type ValueType } from '../../base/value.ts'
import type { WideValue } from '../../base/wide.ts'
import type { InferContext, KernelContext } from '../define.ts'
import { type Fact, type TensorFact, tensorFact } from '../fact.ts'
import { refuse, refuseValue } from '../refuse.ts'
import { mergeTypes, withoutSizes } from './merge.ts'

/** The type of a sequence's items; a named size in it may be another one in each item. */
export function elementTypeOf({ type }: Fact): ValueType {
  return type.kind === 'sequence' ? type.element : refuse('the input must be a sequence', typeText(type))
}

/** The fact that a value is a sequence of items of this type. */
export function sequenceFact(element: ValueType): Fact {
  return { type: { kind: 'sequence', element } }
}

/** A type that holds for items of all these types. Throws SLP-O2 where their element types differ. */
export function commonType(types: readonly ValueType[], { freshDim }: InferContext): ValueType {
  return types.reduce(
    (common, type) =>
      mergeTypes(common, type, () => freshDim('size')) ??
      refuse(`items must have the type ${typeText(withoutSizes(common))}`, typeText(type)),
  )
}

/** The fact of one item, whose named sizes are its own. */
export function itemFact(element: ValueType, freshDim: (hint: string) => Dim): TensorFact {
  if (element.kind !== 'tensor') return refuse('items must be tensors', typeText(element))
  const shape = element.shape?.map((size) => (typeof size === 'number' ? size : freshDim('size')))
  return tensorFact(element.dtype, shape)
}

/** A sequence whose item type is what inference says of the output, sizes only where they are numbers. */
export function makeSequence(items: readonly WideValue[], index: number, { outputs }: KernelContext) {
  const type = outputs[index]?.type
  if (type?.kind !== 'sequence')
    return refuseValue('the type of the items must be known', type && typeText(type))
  return { kind: 'sequence', element: concrete(type.element), items } as const
}

function concrete(type: ValueType): ValueType {
  if (type.kind !== 'tensor') return withoutSizes(type)
  return type.shape?.every((size) => typeof size === 'number') ? type : tensorType(type.dtype)
}
