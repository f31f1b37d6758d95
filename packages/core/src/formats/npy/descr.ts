/** Element types as .npy files spell them: byte order, kind and bytes, such as `<f4`. */
import { type DType, dtypeInfo } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'

const numeric = {
  b1: 'bool',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
  c8: 'complex64',
  c16: 'complex128',
} as const satisfies Record<string, DType>

/** How the elements of a file lie in its bytes. */
export interface Descr {
  readonly dtype: DType
  /** `U`: UTF-32, `S`: UTF-8; both filled up with zeros. */
  readonly text: 'U' | 'S' | undefined
  readonly itemBytes: number
  /** Bytes that a big-endian file has in reverse. */
  readonly unitBytes: number
  readonly isBigEndian: boolean
}

/** Throws SLP-B2 for objects, dates, records and what no element type of ours holds. */
export function parseDescr(descr: string): Descr {
  const match = /^([<>|=])([a-zA-Z])([1-9]\d{0,8})$/.exec(descr)
  const [, order, kind, digits] = match ?? []
  const isBigEndian = order === '>'
  if (kind === 'U')
    return { dtype: 'string', text: 'U', itemBytes: 4 * Number(digits), unitBytes: 4, isBigEndian }
  if (kind === 'S')
    return { dtype: 'string', text: 'S', itemBytes: Number(digits), unitBytes: 1, isBigEndian }
  const found = Object.entries(numeric).find(([name]) => name === `${kind}${digits}`)
  if (!found) {
    throw new SlipwayError(
      'SLP-B2',
      `Cannot read .npy file: the element type must be a number, bool or text, got "${descr}"`,
      {
        remedy: 'Convert the array before saving it, for instance with astype.',
      },
    )
  }
  const itemBytes = Number(digits)
  return {
    dtype: found[1],
    text: undefined,
    itemBytes,
    unitBytes: kind === 'c' ? itemBytes / 2 : itemBytes,
    isBigEndian,
  }
}

/** `<f4` and the like; texts take the length of the longest in code points. Throws SLP-B2. */
export function descrOf(dtype: DType, textLength: number): string {
  if (dtype === 'string') return `<U${textLength}`
  const found = Object.entries(numeric).find(([, own]) => own === dtype)
  if (!found) {
    throw new SlipwayError('SLP-B2', `Cannot write .npy file: NumPy has no such element type, got ${dtype}`, {
      remedy: 'Cast the tensor to float32, or write safetensors.',
    })
  }
  return `${dtypeInfo(dtype).bits === 8 ? '|' : '<'}${found[0]}`
}
