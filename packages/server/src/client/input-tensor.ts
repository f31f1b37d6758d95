import { type DType, SlipwayError, type Tensor, tensor } from '@slipway/core'
import { type Datatype, elementBytes, tryDatatypeOf } from '../oip/datatype.ts'
import type { Input } from './types.ts'

const dtypes = {
  Float32Array: 'float32',
  Float64Array: 'float64',
  Int8Array: 'int8',
  Int16Array: 'int16',
  Int32Array: 'int32',
  BigInt64Array: 'int64',
  Uint8Array: 'uint8',
  Buffer: 'uint8',
  Uint16Array: 'uint16',
  Uint32Array: 'uint32',
  BigUint64Array: 'uint64',
  Array: 'string',
} as const satisfies Record<string, DType>

interface NamedTensor {
  readonly name: string
  readonly datatype: Datatype
  readonly tensor: Tensor
}

/** Throws SLP-B1 for data that does not fit its shape, SLP-S3 for what the protocol cannot carry. */
export function inputTensors(inputs: Readonly<Record<string, Input>>): NamedTensor[] {
  return Object.entries(inputs).map(([name, input]) => {
    const value = tensorOf(name, input)
    const datatype = tryDatatypeOf(value.dtype)
    if (datatype && fits(datatype, value)) return { name, datatype, tensor: value }
    if (datatype)
      throw new SlipwayError(
        'SLP-S3',
        `Cannot send input "${name}": its array must hold ${value.dtype}, got another`,
      )
    throw new SlipwayError(
      'SLP-S3',
      `Cannot send input "${name}": the protocol must have its type, got ${value.dtype}`,
    )
  })
}

/** Whether the array has elements of the datatype's size. */
const fits = (datatype: Datatype, { data }: Tensor): boolean =>
  ArrayBuffer.isView(data) ? data.byteLength === data.length * elementBytes(datatype) : datatype === 'BYTES'

function tensorOf(name: string, input: Input): Tensor {
  if ('kind' in input) return input
  const dtype = input.dtype ?? dtypeOfArray(name, input.data.constructor.name)
  return tensor(dtype, input.shape, input.data as never) // checked by `fits`
}

function dtypeOfArray(name: string, kind: string): DType {
  if (isKnown(kind)) return dtypes[kind]
  throw new SlipwayError(
    'SLP-S3',
    `Cannot send input "${name}": its data must be a typed array or texts, got ${kind}`,
  )
}

const isKnown = (kind: string): kind is keyof typeof dtypes => Object.hasOwn(dtypes, kind)
