/** T: tensors and sparse tensors. */
import { isFieldSet } from '@bufbuild/protobuf'
import { type DType, dtypeInfo, tryDTypeOfCode } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits } from '../../base/limits.ts'
import { DataLocation } from '../../formats/onnx/enums.ts'
import { type SparseTensorProto, type TensorProto, TensorProtoSchema } from '../../formats/onnx/onnx_pb.ts'
import type { CheckContext } from './context.ts'

/** The typed value fields and the dtypes that each may hold (onnx.proto, TensorProto). */
const typedFields = {
  floatData: ['float32', 'complex64'],
  doubleData: ['float64', 'complex128'],
  int64Data: ['int64'],
  uint64Data: ['uint64', 'uint32'],
  stringData: ['string'],
  int32Data: undefined,
} as const satisfies Partial<Record<keyof TensorProto, readonly DType[] | undefined>>

type TypedField = keyof typeof typedFields
const fieldNames = Object.keys(typedFields) as TypedField[] // keys of a literal object

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
    checkExternal(tensor, path, context)
    return
  }
  const present = fieldNames.filter((field) => tensor[field].length > 0)
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
  const count = tensor.dims.reduce((product, dim) => product * dim, 1n)
  if (tensor.dims.some((dim) => dim < 0n) || count > BigInt(defaultLimits.tensorElements)) {
    report('SLP-T3', `${path}.dims`, `tensor "${tensor.name}" has sizes out of bounds, got [${tensor.dims}]`)
    return undefined
  }
  return count
}

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
  const wanted = Math.ceil((Number(count) * bits) / 8)
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
  const wantedField =
    fieldNames.find((name) => typedFields[name]?.some((one) => one === dtype)) ?? 'int32Data'
  if (field !== wantedField) {
    report(
      'SLP-T5',
      path,
      `tensor "${tensor.name}" of ${dtype} must use ${snake(wantedField)}, got ${snake(field)}`,
    )
    return
  }
  const { bits, kind } = dtypeInfo(dtype)
  // Types of 4 and 2 bits are packed into bytes; float6 has one element per entry.
  const perEntry = kind === 'complex' ? 0.5 : bits > 0 && bits < 8 && bits !== 6 ? 8 / bits : 1
  const wanted = Math.ceil(Number(count) / perEntry)
  const got = tensor[field].length
  if (got === wanted) return
  const message = `tensor "${tensor.name}" (${dtype}, ${count} elements) needs ${wanted} entries of ${snake(field)}, got ${got}`
  report(got < wanted ? 'SLP-T5' : 'SLP-T8', `${path}.${snake(field)}`, message)
}

/** The field's name in onnx.proto: `int32Data` is int32_data. */
const snake = (field: TypedField): string => field.replace('Data', '_data')

function checkExternal(tensor: TensorProto, path: string, { report, readExternal }: CheckContext): void {
  if (fieldNames.some((field) => tensor[field].length > 0) || tensor.rawData.length > 0) {
    report('SLP-T6', path, `tensor "${tensor.name}" has external data and values in the file`)
  }
  const location = tensor.externalData.find(({ key }) => key === 'location')?.value ?? ''
  const inside =
    location !== '' && !/^([A-Za-z]:|[\\/])/.test(location) && !location.split(/[\\/]/).includes('..')
  if (!inside) {
    report(
      'SLP-T6',
      `${path}.external_data`,
      `tensor "${tensor.name}" needs a relative location without "..", got "${location}"`,
    )
    return
  }
  try {
    readExternal?.(tensor)
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error
    report(error.code === 'SLP-X4' ? 'SLP-T9' : 'SLP-T6', `${path}.external_data`, error.message)
  }
}

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
      `indices must be int64 [${nnz}] or [${nnz}, ${dims.length}], got [${indices.dims}]`,
    )
    return
  }
  const positions = linearPositions(indices, dims, linear)
  const size = dims.reduce((product, dim) => product * dim, 1n)
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
