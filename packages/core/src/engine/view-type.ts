/** What a tensor is made of that a session allocates for an input. */
import { SlipwayError } from '../base/errors.ts'
import type { Limits } from '../base/limits.ts'
import { elementCount, type Shape } from '../base/shape.ts'
import { type TensorType, typeText } from '../base/value.ts'
import type { NumericType } from './engine.ts'
import type { InputSpec } from './inputs.ts'
import { nameHint } from './nearest-name.ts'

export interface ViewType {
  readonly dtype: NumericType
  readonly shape: Shape
}

/**
 * The dtype and sizes of a view of an input.
 *
 * @throws SLP-S1 for an unknown input, SLP-S3 for one that is no tensor of numbers, SLP-S4 for a shape that does not
 * fit, SLP-L4 for one over the limits.
 */
export function viewType(
  specs: readonly InputSpec[],
  name: string,
  given: Shape | undefined,
  limits: Limits,
): ViewType {
  const spec = specs.find((one) => one.name === name)
  if (!spec) {
    const remedy = nameHint(
      name,
      specs.map((one) => one.name),
    )
    const details = remedy === undefined ? {} : { remedy }
    throw new SlipwayError('SLP-S1', `Cannot make input: the model must have it, got "${name}"`, details)
  }
  const { type } = spec
  if (type?.kind !== 'tensor' || type.dtype === 'string') {
    const got = type ? typeText(type) : 'an unknown type'
    throw new SlipwayError(
      'SLP-S3',
      `Cannot make input "${name}": it must be a tensor of numbers, got ${got}`,
    )
  }
  const shape = given ?? type.shape?.filter((size) => typeof size === 'number')
  if (!shape || !fits(type, shape)) {
    const got = given ? `[${given}]` : 'no shape'
    throw new SlipwayError(
      'SLP-S4',
      `Cannot make input "${name}": its shape must fit ${typeText(type)}, got ${got}`,
    )
  }
  checkLimits(name, shape, limits)
  return { dtype: type.dtype, shape }
}

function fits({ shape: declared }: TensorType, shape: Shape): boolean {
  if (!shape.every((size) => Number.isSafeInteger(size) && size >= 0)) return false
  if (!declared) return true
  return (
    declared.length === shape.length &&
    declared.every((size, i) => typeof size !== 'number' || size === shape[i])
  )
}

function checkLimits(name: string, shape: Shape, { rank, tensorElements }: Limits): void {
  // Written so that a product that is no number is refused too.
  if (shape.length <= rank && elementCount(shape) <= tensorElements) return
  throw new SlipwayError(
    'SLP-L4',
    `Cannot make input "${name}": it may have ${tensorElements} elements and rank ${rank} at most, got [${shape}]`,
  )
}
