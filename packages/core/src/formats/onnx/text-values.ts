/** Types and tensors in ONNX's textual syntax. */
import { dtypeInfo, tryDTypeOfCode } from '../../base/dtype.ts'
import { elementCount } from '../../base/shape.ts'
import type { Tensor } from '../../base/tensor.ts'
import { DataLocation } from './enums.ts'
import type { TensorProto, TensorShapeProto, TypeProto } from './onnx_pb.ts'
import { readTensor } from './tensor-proto.ts'
import { dtypeText, numberText, quoted, spelled } from './text-names.ts'

export interface TextOptions {
  /** Tensors of more elements are written as `...`, for people; all are written out unless given. */
  readonly mostElements?: number | undefined
}

/** `float[N,3]`; `float[]` for an unknown rank, and nothing for an absent type. */
export function typeProtoText(type: TypeProto | undefined): string {
  const value = type?.value
  switch (value?.case) {
    case 'tensorType':
      return `${codeText(value.value.elemType)}${shapeText(value.value.shape)}`
    case 'sparseTensorType':
      return `sparse_tensor(${codeText(value.value.elemType)}${shapeText(value.value.shape)})`
    case 'sequenceType':
      return `seq(${typeProtoText(value.value.elemType)})`
    case 'optionalType':
      return `optional(${typeProtoText(value.value.elemType)})`
    case 'mapType':
      return `map(${codeText(value.value.keyType)}, ${typeProtoText(value.value.valueType)})`
    default:
      return ''
  }
}

function codeText(code: number): string {
  const dtype = tryDTypeOfCode(code)
  return dtype === undefined ? 'undefined' : dtypeText(dtype)
}

function shapeText(shape: TensorShapeProto | undefined): string {
  if (!shape) return '[]'
  const dims = shape.dim.map(({ value }) =>
    value.case === 'dimValue' ? String(value.value) : value.case === 'dimParam' ? spelled(value.value) : '?',
  )
  return dims.length === 0 ? '' : `[${dims.join(',')}]`
}

/** `float[2] w = {1.0,2.0}`; `between` stands behind the name of an initialiser. */
export function tensorText(proto: TensorProto, { mostElements }: TextOptions, between = ' '): string {
  const dims = proto.dims.length === 0 ? '' : `[${proto.dims.join(',')}]`
  const name = proto.name === '' ? '' : ` ${spelled(proto.name)}`
  const head = `${codeText(proto.dataType)}${dims}${name}${between}`
  if (proto.dataLocation === DataLocation.EXTERNAL) {
    const entries = proto.externalData.map(({ key, value }) => `${quoted(key)}: ${quoted(value)}`)
    return `${head}[${entries.join(', ')}]`
  }
  const count = elementCount(proto.dims.map(Number))
  if (mostElements !== undefined && count > mostElements) return `${head}...`
  return `${head}${elementsText(readTensor(proto))}`
}

/** Small floats as their bit patterns; types that are packed or complex have no form. */
function elementsText({ dtype, data }: Tensor): string {
  const { bits, kind } = dtypeInfo(dtype)
  if (kind === 'complex' || (bits < 8 && dtype !== 'string')) return '...'
  const text = (item: number | bigint | string): string => {
    if (typeof item === 'string') return quoted(item)
    return dtype === 'float32'
      ? numberText(item as number)
      : dtype === 'float64'
        ? doubleText(item as number)
        : String(item) // of these dtypes
  }
  return `{${Array.from(data as ArrayLike<number | bigint | string>, text).join(',')}}` // an array of one of them
}

function doubleText(value: number): string {
  if (!Number.isFinite(value)) return numberText(value)
  const plain = Object.is(value, -0) ? '-0' : String(value)
  return /[.e]/.test(plain) ? plain : `${plain}.0`
}
