/** Outputs in arrays of the caller's, so that runs which repeat make no new ones. */
import type { DType } from '../base/dtype.ts'
import { SlipwayError } from '../base/errors.ts'
import { type Shape, sameShape } from '../base/shape.ts'
import { arrayOf, dataLength, type NumericData, type Tensor, tensor } from '../base/tensor.ts'
import { typeText, type Value } from '../base/value.ts'
import type { TypedArray } from './input-elements.ts'
import { nameHint } from './nearest-name.ts'

/** Arrays that outputs are written into, by the names of the outputs. */
export type Into = Readonly<Record<string, TypedArray | Tensor>>

/** Throws SLP-S5 where a name is not among the values that the run returns. */
export function checkIntoNames(into: Into, outputs: readonly string[]): void {
  for (const name of Object.keys(into)) {
    if (outputs.includes(name)) continue
    const remedy = nameHint(name, outputs)
    throw new SlipwayError(
      'SLP-S5',
      `Cannot write output into an array: the run must return it, got "${name}"`,
      remedy === undefined ? {} : { remedy },
    )
  }
}

/** The caller's array for an output. Throws SLP-S3 where its class is another one, SLP-S4 for another size. */
export function targetArray(
  name: string,
  { dtype, shape }: { readonly dtype: DType; readonly shape: Shape },
  target: TypedArray | Tensor,
): NumericData {
  const own = `${dtype}[${shape}]`
  const data = 'kind' in target ? target.data : target
  const isTensor = 'kind' in target
  if (dtype === 'string' || !(data instanceof arrayOf(dtype)) || (isTensor && target.dtype !== dtype)) {
    const got = isTensor ? target.dtype : data.constructor.name
    throw new SlipwayError('SLP-S3', `Cannot write output "${name}": it is ${own}, got an array of ${got}`)
  }
  const length = dataLength(dtype, shape)
  const hasShape = !isTensor || sameShape(target.shape, shape)
  if (!hasShape || data.length !== length) {
    const got = hasShape ? data.length : `the shape [${target.shape}]`
    throw new SlipwayError(
      'SLP-S4',
      `Cannot write output "${name}": ${own} needs an array of ${length} elements, got ${got}`,
    )
  }
  return data
}

/** The output as a tensor over the caller's array. */
export function writeInto(name: string, value: Value, target: TypedArray | Tensor): Tensor {
  if (value.kind !== 'tensor') {
    const got = typeText(
      value.kind === 'map'
        ? { kind: 'map', key: value.keys.dtype, value: { kind: 'tensor', dtype: value.values.dtype } }
        : { kind: value.kind, element: value.element },
    )
    throw new SlipwayError('SLP-S3', `Cannot write output "${name}": it must be a tensor, got ${got}`)
  }
  const data = targetArray(name, value, target)
  data.set(value.data as never) // the class that targetArray asked for
  return tensor(value.dtype, value.shape, data as never) // as above
}
