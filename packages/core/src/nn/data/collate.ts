/** Makes one tensor of those of several examples. */
import { SlipwayError } from '../../base/errors.ts'
import { sameShape } from '../../base/shape.ts'
import { arrayOf, type NumericData, type Tensor, tensor } from '../../base/tensor.ts'

/** Tensors, and numbers: those become int64 where they are BigInt, float32 otherwise. */
export type Example = Readonly<Record<string, Tensor | number | bigint>>

/** Each tensor with the batch as its first axis, and where short batches are filled up, which examples count. */
export type Batch<T extends Example> = { readonly [K in keyof T]: Tensor } & {
  readonly mask?: Tensor<'float32'>
}

/**
 * @param size Filled up to, with a mask; none of both unless given.
 * @throws SLP-B1 where examples have not the same fields, types and sizes.
 */
export function collate<T extends Example>(list: readonly T[], size?: number): Batch<T> {
  const [first] = list
  if (!first) throw new SlipwayError('SLP-B1', 'Cannot make a batch: it must have examples, got none')
  const count = size ?? list.length
  const full = size === undefined ? list : Array.from({ length: count }, (_, i) => list[i] ?? first)
  const fields = Object.keys(first).map(
    (name) =>
      [
        name,
        stack(
          name,
          full.map((one) => one[name]),
        ),
      ] as const,
  )
  const mask = tensor(
    'float32',
    [count],
    Float32Array.from({ length: count }, (_, i) => (i < list.length ? 1 : 0)),
  )
  return Object.fromEntries([...fields, ...(size === undefined ? [] : [['mask', mask] as const])]) as Batch<T> // the fields of the examples
}

function stack(name: string, values: readonly (Tensor | number | bigint | undefined)[]): Tensor {
  const [first] = values
  if (typeof first === 'number')
    return tensor('float32', [values.length], Float32Array.from(values as readonly number[])) // as the first one
  if (typeof first === 'bigint')
    return tensor('int64', [values.length], BigInt64Array.from(values as readonly bigint[])) // as the first one
  if (first === undefined || first.dtype === 'string') throw mismatch(name, 'a tensor of numbers', 'none')
  const Data = arrayOf(first.dtype)
  const each = first.data.length
  const data = new Data(values.length * each)
  values.forEach((value, i) => {
    const fits =
      typeof value === 'object' && value.dtype === first.dtype && sameShape(value.shape, first.shape)
    if (!fits)
      throw mismatch(
        name,
        `${first.dtype}[${first.shape}]`,
        typeof value === 'object' ? `${value.dtype}[${value.shape}]` : typeof value,
      )
    data.set(value.data as never, i * each) // the same class of array
  })
  return tensor(first.dtype, [values.length, ...first.shape], data as NumericData as never) // the array of the dtype
}

function mismatch(name: string, expected: string, got: string): SlipwayError {
  return new SlipwayError(
    'SLP-B1',
    `Cannot make a batch: "${name}" must be ${expected} in all examples, got ${got}`,
  )
}
