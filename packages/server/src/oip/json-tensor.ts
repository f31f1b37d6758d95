/** Tensors as JSON arrays. */
import { elementCount, type Shape, type Tensor, type TensorData, tensor } from '@slipway/core'
import { type Datatype, dtypeOf, isBinaryOnly } from './datatype.ts'
import { isList, type Json, type JsonArray } from './json-read.ts'
import type { NumberList } from './number-scan.ts'
import { refuseRequest } from './refuse-request.ts'

/**
 * A tensor from a flat or nested array in row-major order.
 *
 * @throws SLP-R4 for a count that does not fit the shape, for elements that the type cannot hold, and for types that
 * travel as bytes only.
 */
export function tensorOfJson(name: string, datatype: Datatype, shape: Shape, data: Json): Tensor {
  if (isBinaryOnly(datatype)) {
    refuseRequest(
      `${datatype} data of input "${name}" must be binary`,
      'JSON',
      'Use parameters.binary_data_size.',
    )
  }
  if (!isList(data)) return refuseRequest(`data of input "${name}" must be an array`, typeof data)
  const list = ArrayBuffer.isView(data) ? data : flatten(data)
  const count = elementCount(shape)
  if (list.length !== count) {
    refuseRequest(
      `data of input "${name}" must have ${count} elements, the product of its shape`,
      list.length,
    )
  }
  return tensor(dtypeOf(datatype), shape, elements(name, datatype, list) as never) // made for the datatype
}

function flatten(data: JsonArray): JsonArray {
  if (!data.some(Array.isArray)) return data
  const out: Json[] = []
  const visit = (list: JsonArray): void => {
    for (const item of list) {
      if (Array.isArray(item))
        visit(item as JsonArray) // isArray loses readonly
      else out.push(item)
    }
  }
  visit(data)
  return out
}

const integers = {
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
} as const
const bigIntegers = { INT64: BigInt64Array, UINT64: BigUint64Array } as const
const floats = { FP32: Float32Array, FP64: Float64Array } as const

function elements(name: string, datatype: Datatype, list: JsonArray | NumberList): TensorData {
  const refuse = (value: Json): never => {
    const got = typeof value === 'string' ? value : isScalar(value) ? String(value) : 'an object'
    return refuseRequest(`elements of input "${name}" must be ${datatype}`, got)
  }
  switch (datatype) {
    case 'BOOL':
      return Uint8Array.from<Json>(list, (value) =>
        value === true || value === 1 ? 1 : value === false || value === 0 ? 0 : refuse(value),
      )
    case 'BYTES':
      return Array.from<Json, string>(list, (value) => (typeof value === 'string' ? value : refuse(value)))
    case 'INT64':
    case 'UINT64': {
      const out = new bigIntegers[datatype](list.length)
      for (let i = 0; i < list.length; i++) {
        const value = list[i]!
        if (typeof value !== 'bigint' && !Number.isInteger(value)) refuse(value)
        const exact = BigInt(value as number | bigint) // checked above
        out[i] = exact
        if (out[i] !== exact) refuse(value)
      }
      return out
    }
    case 'FP32':
    case 'FP64': {
      if (list instanceof floats[datatype]) return list.slice()
      const out = new floats[datatype](list.length)
      for (let i = 0; i < list.length; i++) {
        const value = list[i]!
        if (typeof value !== 'number' && typeof value !== 'bigint') refuse(value)
        const number = Number(value)
        out[i] = number
        if (Number.isFinite(number) && !Number.isFinite(out[i])) refuse(value)
      }
      return out
    }
    case 'FP16':
    case 'BF16':
      return refuse('JSON')
    default: {
      const out = new integers[datatype](list.length)
      for (let i = 0; i < list.length; i++) {
        const value = list[i]!
        out[i] = typeof value === 'number' ? value : refuse(value)
        if (out[i] !== value) refuse(value)
      }
      return out
    }
  }
}

const isScalar = (value: Json): boolean => value === null || typeof value !== 'object'

/** The elements as the text of a flat JSON array. Throws SLP-R4 for types that travel as bytes only. */
export function jsonOfTensor(name: string, datatype: Datatype, { data }: Tensor): string {
  if (isBinaryOnly(datatype)) {
    const remedy = 'Ask for it with parameters.binary_data.'
    refuseRequest(`${datatype} data of output "${name}" must be binary`, 'JSON', remedy)
  }
  if (!ArrayBuffer.isView(data)) return JSON.stringify(data)
  if (datatype === 'BOOL') return `[${Array.from<number | bigint, string>(data, textOfBool).join(',')}]`
  if (!(data instanceof Float32Array || data instanceof Float64Array)) return `[${data.join(',')}]`
  // What JSON knows is written by the engine itself, in less than half the time.
  return data.every(isPlain)
    ? JSON.stringify(Array.from(data))
    : `[${Array.from(data, textOfFloat).join(',')}]`
}

const textOfBool = (value: number | bigint): string => (value ? 'true' : 'false')
/** float32 values are written as the float64 values that they are, as other servers do. */
const textOfFloat = (value: number): string => (Object.is(value, -0) ? '-0' : String(value))
/** Neither NaN, nor infinite, nor -0. */
const isPlain = (value: number): boolean => (value !== 0 ? value - value === 0 : 1 / value > 0)
