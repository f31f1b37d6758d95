/** A declared type against the inferred one. */
import { type Dim, dimsEqual, dimText } from '../../base/dim.ts'
import type { ValueType } from '../../base/value.ts'

/** `contradiction` cannot be true of any value; `names` only calls one size by two names. */
export function disagreement(
  declared: ValueType,
  inferred: ValueType,
): 'contradiction' | 'names' | undefined {
  switch (declared.kind) {
    case 'tensor':
    case 'sparse':
      if (inferred.kind !== declared.kind || inferred.dtype !== declared.dtype) return 'contradiction'
      return declared.shape && inferred.shape && betweenShapes(declared.shape, inferred.shape)
    case 'sequence':
    case 'optional':
      return inferred.kind === declared.kind
        ? disagreement(declared.element, inferred.element)
        : 'contradiction'
    case 'map':
      if (inferred.kind !== 'map' || inferred.key !== declared.key) return 'contradiction'
      return disagreement(declared.value, inferred.value)
    default:
      return declared satisfies never
  }
}

function betweenShapes(declared: readonly Dim[], inferred: readonly Dim[]) {
  if (declared.length !== inferred.length) return 'contradiction'
  const sizes = declared.map((size, axis) => [size, inferred[axis]!] as const)
  if (sizes.some(([a, b]) => typeof a === 'number' && typeof b === 'number' && a !== b))
    return 'contradiction'
  return sizes.some(([a, b]) => isName(a) && isName(b) && !dimsEqual(a, b)) ? 'names' : undefined
}

/** A size that a person named, as opposed to a number, an expression or a name made up by inference. */
const isName = (size: Dim): boolean => typeof size !== 'number' && /^[A-Za-z_]\w*$/.test(dimText(size))
