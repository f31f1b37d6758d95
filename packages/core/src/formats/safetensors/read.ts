/** safetensors files → tensors by name. Nothing of a file is executed; its data are viewed in place. */
import { dtypeInfo } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits, type Limits } from '../../base/limits.ts'
import { elementCount } from '../../base/shape.ts'
import type { Tensor } from '../../base/tensor.ts'
import { tensorOverBytes } from '../typed-view.ts'
import { safetensorsTypes } from './dtypes.ts'
import { malformed, readHeader, type TensorEntry } from './header.ts'

export interface SafetensorsFile {
  /** In the order of their data. */
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly metadata: ReadonlyMap<string, string>
}

/**
 * All tensors of a file. The data of the tensors must lie end to end and fill the file.
 *
 * @throws SLP-F1 for a malformed file, SLP-F2 for a truncated one, SLP-F5 for a tensor whose bytes do not fit its
 * shape, SLP-B2 for an unknown element type, SLP-L1, SLP-L3 and SLP-L4 over the limits.
 */
export function readSafetensors(
  bytes: Uint8Array,
  { limits = defaultLimits }: { limits?: Limits } = {},
): SafetensorsFile {
  const { header, dataOffset } = readHeader(bytes, limits)
  let end = 0
  const tensors = new Map<string, Tensor>()
  for (const entry of header.entries) {
    if (entry.begin !== end) {
      throw malformed(
        `the data of "${entry.name}" must begin where the data before end (${end})`,
        entry.begin,
      )
    }
    end = entry.end
    tensors.set(entry.name, readTensor(entry, bytes.subarray(dataOffset)))
  }
  const size = bytes.length - dataOffset
  if (end !== size) throw malformed(`the tensors must fill all ${size} bytes of data`, end)
  return { tensors, metadata: header.metadata }
}

function readTensor({ name, type, shape, begin, end }: TensorEntry, data: Uint8Array): Tensor {
  const dtype = safetensorsTypes[type]
  const bits = elementCount(shape) * dtypeInfo(dtype).bits
  if (bits !== 8 * (end - begin)) {
    throw new SlipwayError(
      'SLP-F5',
      `Cannot read safetensors tensor "${name}": ${type}[${shape}] needs ${bits / 8} bytes, got ${end - begin}`,
    )
  }
  if (end > data.length) {
    throw new SlipwayError(
      'SLP-F2',
      `Cannot read safetensors tensor "${name}": its data end at ${end}, got ${data.length} bytes of data`,
    )
  }
  const own = data.subarray(begin, end)
  if (dtype === 'bool' && own.some((byte) => byte > 1)) {
    throw new SlipwayError(
      'SLP-F5',
      `Cannot read safetensors tensor "${name}": a BOOL must be 0 or 1, got another byte`,
    )
  }
  return tensorOverBytes(dtype, shape, own)
}
