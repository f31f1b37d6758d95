/** TypeProto → ValueType. */
import { type Dim, dimText, parseDim, symbol } from '../../base/dim.ts'
import { SlipwayError } from '../../base/errors.ts'
import type { ValueType } from '../../base/value.ts'
import type { TensorShapeProto, TypeProto } from './onnx_pb.ts'
import { quote } from './quote.ts'
import { readDType } from './tensor-proto.ts'

/**
 * The type a value is declared with; undefined where nothing, or an opaque type, is declared.
 *
 * @throws SLP-B2 for an unknown element type, SLP-B4 for a size over 2^53 - 1.
 */
export function readType(proto: TypeProto | undefined, name: string): ValueType | undefined {
  const { value } = proto ?? {}
  switch (value?.case) {
    case undefined:
    case 'opaqueType':
      return undefined
    case 'tensorType':
    case 'sparseTensorType': {
      if (value.value.elemType === 0) return undefined
      const shape = value.value.shape && readShape(value.value.shape, name)
      const kind = value.case === 'tensorType' ? 'tensor' : 'sparse'
      return {
        kind,
        dtype: readDType(value.value.elemType, `type of ${quote(name)}`),
        ...(shape && { shape }),
      }
    }
    case 'sequenceType':
    case 'optionalType': {
      const element = readType(value.value.elemType, name)
      return element && { kind: value.case === 'sequenceType' ? 'sequence' : 'optional', element }
    }
    case 'mapType': {
      const inner = readType(value.value.valueType, name)
      return (
        inner && { kind: 'map', key: readDType(value.value.keyType, `type of ${quote(name)}`), value: inner }
      )
    }
    default:
      return value satisfies never
  }
}

/** The name of a size that the file leaves open; it is written as an open size again. */
export const openDim = (name: string, axis: number): Dim => symbol(`${name}.${axis}`)

function readShape(proto: TensorShapeProto, name: string): Dim[] {
  return proto.dim.map(({ value }, axis) => {
    // Exporters write negative sizes for unknown ones.
    if (value.case === 'dimValue' && value.value >= 0n) {
      if (value.value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value.value)
      throw new SlipwayError(
        'SLP-B4',
        `Cannot read type of ${quote(name)}: a size must be at most 2^53 - 1, got ${value.value}`,
      )
    }
    if (value.case === 'dimParam' && value.value !== '') return readDimParam(value.value)
    return openDim(name, axis)
  })
}

/** Longer texts are names, never parsed: they come from strangers. */
const longestExpression = 256

/** A text that is exactly what an expression prints is that expression; everything else is a name. */
export function readDimParam(text: string): Dim {
  if (text.length > longestExpression || !/[-+*`(]/.test(text)) return symbol(text)
  try {
    const dim = parseDim(text)
    return typeof dim !== 'number' && dimText(dim) === text ? dim : symbol(text)
  } catch {
    return symbol(text)
  }
}
