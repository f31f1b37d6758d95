/** Tensors by name → a safetensors file, laid out so that every tensor is aligned. */
import { dtypeInfo } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import { elementCount } from '../../base/shape.ts'
import type { NumericData, Tensor } from '../../base/tensor.ts'
import { type SafetensorsType, safetensorsTypes } from './dtypes.ts'

interface Placed {
  readonly name: string
  readonly type: SafetensorsType
  readonly rank: number
  readonly tensor: Tensor
}

/**
 * The bytes of a safetensors file. The same tensors give the same bytes, whatever their order.
 *
 * @throws SLP-B2 for an element type that the format lacks, SLP-B3 for elements that do not fill whole bytes,
 * SLP-F1 for the reserved name `__metadata__`.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array {
  const placed = [...tensors]
    .map(([name, tensor]) => place(name, tensor))
    .sort((a, b) => a.rank - b.rank || (a.name < b.name ? -1 : 1))
  let end = 0
  const entries = placed.map(({ name, type, tensor }) => {
    const begin = end
    end += bytesOf(tensor).length
    return [name, { dtype: type, shape: tensor.shape, data_offsets: [begin, end] }] as const
  })
  // Entries are joined by hand because an object would move names that look like numbers to the front.
  const items = [
    ...(metadata.size > 0 ? [`"__metadata__":${JSON.stringify(Object.fromEntries(metadata))}`] : []),
    ...entries.map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`),
  ]
  const text = new TextEncoder().encode(`{${items.join(',')}}`)
  const headerLength = Math.ceil(text.length / 8) * 8
  const file = new Uint8Array(8 + headerLength + end).fill(0x20, 8, 8 + headerLength)
  new DataView(file.buffer).setBigUint64(0, BigInt(headerLength), true)
  file.set(text, 8)
  let at = 8 + headerLength
  for (const { tensor } of placed) {
    file.set(bytesOf(tensor), at)
    at += bytesOf(tensor).length
  }
  return file
}

function place(name: string, tensor: Tensor): Placed {
  const { dtype, shape } = tensor
  if (name === '__metadata__') {
    throw new SlipwayError('SLP-F1', 'Cannot write safetensors file: a tensor must not be named __metadata__')
  }
  const types = Object.entries(safetensorsTypes)
  const rank = types.findIndex(([, own]) => own === dtype)
  const found = types[rank]
  if (!found) {
    throw new SlipwayError(
      'SLP-B2',
      `Cannot write safetensors tensor "${name}": the format has no such element type, got ${dtype}`,
    )
  }
  if ((elementCount(shape) * dtypeInfo(dtype).bits) % 8 !== 0) {
    throw new SlipwayError(
      'SLP-B3',
      `Cannot write safetensors tensor "${name}": its elements must fill whole bytes, got ${dtype}[${shape}]`,
    )
  }
  return { name, type: found[0] as SafetensorsType, rank, tensor } // a key of the table
}

function bytesOf({ data }: Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = data as NumericData // text has no place in the table of types
  return new Uint8Array(buffer, byteOffset, byteLength)
}
