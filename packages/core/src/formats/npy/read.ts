/** NumPy's .npy files → Tensor: versions 1 to 3, both byte orders and both axis orders, numbers and text. */
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits, type Limits } from '../../base/limits.ts'
import { elementCount, type Shape } from '../../base/shape.ts'
import { type Tensor, tensor } from '../../base/tensor.ts'
import { tensorOverBytes } from '../typed-view.ts'
import { type Descr, parseDescr } from './descr.ts'
import { malformed, readHeader, truncated } from './header.ts'
import { reorder, swapBytes } from './order.ts'

/**
 * The array of a .npy file. Numbers that lie as they should are viewed in place, not copied.
 *
 * @throws SLP-F1 for a malformed file, SLP-F2 for a truncated one, SLP-F4 for another version, SLP-B2 for an
 * element type that is no number, bool or text, SLP-L1 and SLP-L4 over the limits.
 */
export function readNpy(bytes: Uint8Array, { limits = defaultLimits }: { limits?: Limits } = {}): Tensor {
  const { header, dataOffset } = readHeader(bytes)
  const { shape, isFortran } = header
  const descr = parseDescr(header.descr)
  checkSize(shape, limits)
  const wanted = elementCount(shape) * descr.itemBytes
  const got = bytes.length - dataOffset
  if (got < wanted) throw truncated(dataOffset + wanted, bytes.length)
  if (got > wanted) throw malformed(`it must end with its ${wanted} bytes of data`, `${got - wanted} more`)
  let data = bytes.subarray(dataOffset)
  if (isFortran && shape.length > 1) data = reorder(data, shape, descr.itemBytes, 'row')
  if (descr.isBigEndian && descr.unitBytes > 1) data = swapBytes(data, descr.unitBytes)
  if (descr.dtype === 'string') return tensor('string', shape, readTexts(data, elementCount(shape), descr))
  if (descr.dtype === 'bool') data = data.map((byte) => (byte === 0 ? 0 : 1))
  return tensorOverBytes(descr.dtype, shape, data)
}

function checkSize(shape: Shape, limits: Limits): void {
  // Sizes are safe integers, but their product need not be.
  const count = shape.reduce((product, size) => product * BigInt(size), 1n)
  if (shape.length > limits.rank || count > BigInt(limits.tensorElements)) {
    throw new SlipwayError(
      'SLP-L4',
      `Cannot read .npy file: it may have ${limits.tensorElements} elements and rank ${limits.rank} at most, got [${shape}]`,
    )
  }
}

function readTexts(data: Uint8Array, count: number, { text, itemBytes }: Descr): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  return Array.from({ length: count }, (_, i) => {
    const item = data.subarray(i * itemBytes, (i + 1) * itemBytes)
    try {
      return text === 'U' ? fromUtf32(item) : decoder.decode(item.subarray(0, lengthWithout(item)))
    } catch {
      throw malformed(`element ${i} must be text`, `[${item.slice(0, 16)}]`)
    }
  })
}

/** Bytes up to the last one that is not zero. */
function lengthWithout(item: Uint8Array): number {
  return item.findLastIndex((byte) => byte !== 0) + 1
}

function fromUtf32(item: Uint8Array): string {
  const view = new DataView(item.buffer, item.byteOffset, item.byteLength)
  const points = Array.from({ length: item.byteLength / 4 }, (_, i) => view.getUint32(4 * i, true))
  const end = points.findLastIndex((point) => point !== 0) + 1
  return points
    .slice(0, end)
    .map((point) => String.fromCodePoint(point))
    .join('')
}
