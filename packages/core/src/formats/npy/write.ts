/** Tensor → NumPy's .npy files, version 1, little-endian. */
import { SlipwayError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensor.ts'
import { descrOf } from './descr.ts'
import { writeHeader } from './header.ts'
import { reorder } from './order.ts'

export interface NpyWriteOptions {
  /** `column` writes Fortran order, the first axis innermost. `row` unless given. */
  readonly order?: 'row' | 'column'
}

/**
 * The bytes of a .npy file. NumPy drops zeros at the end of a text, so that such a text is refused.
 *
 * @throws SLP-B2 for an element type that NumPy lacks, SLP-B3 for a text that ends in zero.
 */
export function writeNpy(source: Tensor, { order = 'row' }: NpyWriteOptions = {}): Uint8Array {
  const { dtype, shape, data } = source
  const texts = dtype === 'string' ? (data as readonly string[]).map((text) => [...text]) : [] // dtype decides the data
  const textLength = texts.reduce((most, points) => Math.max(most, points.length), 1)
  const isFortran = order === 'column' && shape.length > 1
  const header = writeHeader({ descr: descrOf(dtype, textLength), isFortran, shape })
  const plain = dtype === 'string' ? toUtf32(texts, textLength) : bytesOf(data as ArrayBufferView) // all else is a typed array
  const count = shape.reduce((product, size) => product * size, 1)
  const body = isFortran ? reorder(plain, shape, count === 0 ? 0 : plain.length / count, 'column') : plain
  const file = new Uint8Array(header.length + body.length)
  file.set(header)
  file.set(body, header.length)
  return file
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
}

function toUtf32(texts: readonly (readonly string[])[], length: number): Uint8Array {
  const bytes = new Uint8Array(4 * length * texts.length)
  const view = new DataView(bytes.buffer)
  texts.forEach((points, i) => {
    if (points.at(-1) === '\0') {
      throw new SlipwayError(
        'SLP-B3',
        `Cannot write .npy file: a text must not end in U+0000, got element ${i}`,
      )
    }
    points.forEach((point, k) => {
      view.setUint32(4 * (i * length + k), point.codePointAt(0)!, true)
    })
  })
  return bytes
}
