/** Whether types and tensors are well formed in themselves, and agree with each other. */
import { type Dim, dimText } from '../base/dim.ts'
import { isDType } from '../base/dtype.ts'
import { dataLength, type Tensor } from '../base/tensor.ts'
import { type TensorType, tensorType, typeText, type ValueType } from '../base/value.ts'

/** What is wrong with a type; undefined where nothing is. */
export function typeFlaw(type: ValueType): string | undefined {
  switch (type.kind) {
    case 'tensor':
    case 'sparse':
      return dtypeFlaw(type.dtype) ?? shapeFlaw(type.shape ?? [])
    case 'sequence':
    case 'optional':
      return typeFlaw(type.element)
    case 'map':
      return /^(u?int(8|16|32|64)|string)$/.test(type.key)
        ? typeFlaw(type.value)
        : `keys of a map must be integers or strings, got ${type.key}`
    default:
      return type satisfies never
  }
}

const dtypeFlaw = (dtype: string): string | undefined =>
  isDType(dtype) ? undefined : `the element type must be known, got "${dtype}"`

function shapeFlaw(shape: readonly Dim[]): string | undefined {
  const wrong = shape.find((size) => typeof size === 'number' && !(Number.isSafeInteger(size) && size >= 0))
  return wrong === undefined ? undefined : `sizes must be non-negative integers, got [${shape.map(dimText)}]`
}

/** What is wrong with a tensor; undefined where nothing is. */
export function tensorFlaw({ dtype, shape, data }: Tensor): string | undefined {
  const flaw = dtypeFlaw(dtype) ?? shapeFlaw(shape)
  if (flaw) return flaw
  const wanted = dataLength(dtype, shape)
  return data.length === wanted
    ? undefined
    : `${dtype}[${shape}] needs ${wanted} array elements, got ${data.length}`
}

/** Why a value of one type cannot be taken for one of the other; undefined where it can. */
export function conflict(found: ValueType, expected: ValueType): string | undefined {
  const differ = `the type must be ${typeText(expected)}, got ${typeText(found)}`
  switch (found.kind) {
    case 'tensor':
    case 'sparse':
      return found.kind === expected.kind && denseAgree(found, expected as TensorType) ? undefined : differ // kinds are equal
    case 'sequence':
    case 'optional':
      return found.kind === expected.kind ? conflict(found.element, expected.element) && differ : differ
    case 'map':
      return found.kind === expected.kind && found.key === expected.key
        ? conflict(found.value, expected.value) && differ
        : differ
    default:
      return found satisfies never
  }
}

/** Unknown ranks and named sizes agree with everything. */
function denseAgree(a: Pick<TensorType, 'dtype' | 'shape'>, b: Pick<TensorType, 'dtype' | 'shape'>): boolean {
  if (a.dtype !== b.dtype) return false
  if (!a.shape || !b.shape) return true
  return (
    a.shape.length === b.shape.length &&
    a.shape.every((size, axis) => {
      const other = b.shape![axis]!
      return typeof size !== 'number' || typeof other !== 'number' || size === other
    })
  )
}

/** Why a constant is no value of its declared type. */
export function constantConflict(value: Tensor, declared: ValueType): string | undefined {
  return conflict(tensorType(value.dtype, value.shape), declared)
}
