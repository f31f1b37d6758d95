/** T: tensors and sparse tensors. */
import { isFieldSet } from '@bufbuild/protobuf'
import { type DType, dtypeInfo, packedByteLength, tryDTypeOfCode } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits } from '../../base/limits.ts'
import { DataLocation } from '../../formats/onnx/enums.ts'
import { externalRange } from '../../formats/onnx/external-data.ts'
import { type SparseTensorProto, type TensorProto, TensorProtoSchema } from '../../formats/onnx/onnx_pb.ts'
import {
  protoName,
  type TypedField,
  typedEntries,
  typedFieldOf,
  typedFields,
} from '../../formats/onnx/typed-data.ts'
import type { CheckContext } from './context.ts'

export function checkTensor(tensor: TensorProto, path: string, context: CheckContext): void {
  const { report } = context
  const dtype = tryDTypeOfCode(tensor.dataType)
  if (!dtype) {
    report(
      'SLP-T1',
      `${path}.data_type`,
      `tensor "${tensor.name}" has data_type ${tensor.dataType}, which is not a known code`,
    )
    return
  }
  const count = countElements(tensor, path, context)
  if (count === undefined) return
  if (tensor.dataLocation === DataLocation.EXTERNAL) {
    checkExternal(tensor, dtype, count, path, context)
    return
  }
  const present = typedFields.filter((field) => tensor[field].length > 0)
  const raw = isFieldSet(tensor, TensorProtoSchema.field.rawData) && tensor.rawData.length > 0
  const fields = present.length + (raw ? 1 : 0)
  if (count === 0n ? fields > 0 : fields !== 1) {
    const rule = count === 0n ? 'no value field, because it is empty' : 'exactly one value field'
    report('SLP-T2', path, `tensor "${tensor.name}" of ${count} elements needs ${rule}, got ${fields}`)
    return
  }
  if (raw) checkRaw(tensor, dtype, count, path, context)
  else if (present[0]) checkTyped(tensor, present[0], dtype, count, path, context)
}

function countElements(tensor: TensorProto, path: string, { report }: CheckContext): bigint | undefined {
  const count = productWithin(tensor.dims, BigInt(defaultLimits.tensorElements))
  if (count === undefined)
    report(
      'SLP-T3',
      `${path}.dims`,
      `tensor "${tensor.name}" has sizes out of bounds, got ${dimsText(tensor.dims)}`,
    )
  return count
}

/** The product of sizes, or undefined for a rank, a size or a product out of bounds; costs nothing beyond them. */
function productWithin(dims: readonly bigint[], most: bigint): bigint | undefined {
  if (dims.length > defaultLimits.rank || dims.some((dim) => dim < 0n || dim > most)) return undefined
  const count = dims.reduce((product, dim) => product * dim, 1n)
  return count <= most ? count : undefined
}

const dimsText = (dims: readonly bigint[]): string =>
  `[${dims.slice(0, 16)}${dims.length > 16 ? `, … (${dims.length} sizes)` : ''}]`

function checkRaw(
  tensor: TensorProto,
  dtype: DType,
  count: bigint,
  path: string,
  { report }: CheckContext,
): void {
  if (dtype === 'string') {
    report('SLP-T4', `${path}.raw_data`, `tensor "${tensor.name}" holds strings in raw_data`)
    return
  }
  const { bits } = dtypeInfo(dtype)
  const wanted = packedByteLength(dtype, Number(count))
  const got = tensor.rawData.length
  const message = `tensor "${tensor.name}" (${dtype}, ${count} elements) needs ${wanted} bytes of raw_data, got ${got}`
  if (got < wanted) report('SLP-T4', `${path}.raw_data`, message)
  else if (got > wanted) report('SLP-T8', `${path}.raw_data`, message)
  else if (bits === 6 && hasPaddingBits(tensor.rawData, Number(count) * 6)) {
    report('SLP-T4', `${path}.raw_data`, `tensor "${tensor.name}" has padding bits that are not zero`)
  }
}

function hasPaddingBits(bytes: Uint8Array, usedBits: number): boolean {
  const rest = usedBits % 8
  return rest !== 0 && bytes[bytes.length - 1]! >> rest !== 0
}

function checkTyped(
  tensor: TensorProto,
  field: TypedField,
  dtype: DType,
  count: bigint,
  path: string,
  { report }: CheckContext,
): void {
  const own = typedFieldOf(dtype)
  if (field !== own) {
    report(
      'SLP-T5',
      path,
      `tensor "${tensor.name}" of ${dtype} must use ${protoName(own)}, got ${protoName(field)}`,
    )
    return
  }
  const wanted = typedEntries(dtype, [Number(count)])
  const got = tensor[field].length
  if (got === wanted) return
  const message = `tensor "${tensor.name}" (${dtype}, ${count} elements) needs ${wanted} entries of ${protoName(field)}, got ${got}`
  report(got < wanted ? 'SLP-T5' : 'SLP-T8', `${path}.${protoName(field)}`, message)
}

function checkExternal(
  tensor: TensorProto,
  dtype: DType,
  count: bigint,
  path: string,
  { report, resolveExternal }: CheckContext,
): void {
  if (typedFields.some((field) => tensor[field].length > 0) || tensor.rawData.length > 0) {
    report('SLP-T6', path, `tensor "${tensor.name}" has external data and values in the file`)
  }
  if (dtype === 'string') {
    report('SLP-T6', path, `tensor "${tensor.name}" holds strings in external data`)
    return
  }
  try {
    const range = externalRange(tensor, packedByteLength(dtype, Number(count)))
    // Nothing is read: asking for no bytes at the end of the range checks the file and its size.
    resolveExternal?.({ ...range, offset: range.offset + range.length, length: 0 })
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error
    report(error.code === 'SLP-X4' ? 'SLP-T9' : 'SLP-T6', `${path}.external_data`, error.message)
  }
}

/** A sparse tensor may stand for more elements than memory holds, but their positions are int64. */
const maxSparseElements = 2n ** 63n - 1n

export function checkSparse(sparse: SparseTensorProto, path: string, context: CheckContext): void {
  const { report } = context
  const { values, indices, dims } = sparse
  if (!values || !indices || dims.length === 0) {
    report('SLP-T7', path, 'a sparse tensor needs values, indices and dims')
    return
  }
  checkTensor(values, `${path}.values`, context)
  checkTensor(indices, `${path}.indices`, context)
  const nnz = values.dims[0] ?? 0n
  const linear = indices.dims.length === 1
  const shapeFits = linear
    ? indices.dims[0] === nnz
    : indices.dims[0] === nnz && indices.dims[1] === BigInt(dims.length)
  if (values.dims.length !== 1 || tryDTypeOfCode(indices.dataType) !== 'int64' || !shapeFits) {
    report(
      'SLP-T7',
      path,
      `indices must be int64 [${nnz}] or [${nnz}, ${dims.length}], got ${dimsText(indices.dims)}`,
    )
    return
  }
  const size = productWithin(dims, maxSparseElements)
  if (size === undefined) {
    report('SLP-T7', `${path}.dims`, `a sparse tensor has sizes out of bounds, got ${dimsText(dims)}`)
    return
  }
  const positions = linearPositions(indices, dims, linear)
  const bad = positions.findIndex((at, i) => at < 0n || at >= size || (i > 0 && at <= positions[i - 1]!))
  if (bad >= 0) report('SLP-T7', `${path}.indices`, `index ${bad} is out of bounds, unsorted or repeated`)
}

function linearPositions(indices: TensorProto, dims: readonly bigint[], linear: boolean): readonly bigint[] {
  const { rawData } = indices
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength)
  const flat =
    indices.int64Data.length > 0
      ? indices.int64Data
      : Array.from({ length: Math.floor(rawData.length / 8) }, (_, i) => view.getBigInt64(i * 8, true))
  if (linear) return flat
  const rank = dims.length
  return Array.from({ length: Math.floor(flat.length / rank) }, (_, row) => {
    const position = flat.slice(row * rank, (row + 1) * rank)
    if (position.some((at, axis) => at < 0n || at >= dims[axis]!)) return -1n
    return position.reduce((sum, at, axis) => sum * dims[axis]! + at, 0n)
  })
}
