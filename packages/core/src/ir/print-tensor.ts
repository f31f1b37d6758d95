/**
 * Text of numbers and tensors: `float32[2](0.1, 2)`. Elements are written out where that reads back to the same
 * bits; other tensors are base64, or elided with a hash for people.
 */
import { toBase64 } from '../base/base64.ts'
import type { DType } from '../base/dtype.ts'
import type { NumericData, Tensor } from '../base/tensor.ts'
import { narrow, widen } from '../base/wide.ts'

export interface PrintOptions {
  /** Tensors of up to so many elements are written out; 16 unless given. */
  readonly inlineElements?: number
  /** What becomes of larger ones: `base64` reads back, `elide` is for people. `base64` unless given. */
  readonly large?: 'base64' | 'elide'
}

const defaultInlineElements = 16

/** A tensor as the text form of graphs spells it, such as `float32[2](1, 2)`. */
export function printTensor(
  value: Tensor,
  { inlineElements = defaultInlineElements, large = 'base64' }: PrintOptions = {},
): string {
  const type = `${value.dtype}[${value.shape}]`
  const isString = value.dtype === 'string'
  const isLarge = value.data.length > inlineElements
  if (isLarge && large === 'elide') return `${type} elided "${hashText(value)}"`
  if (isString || (!isLarge && isExact(value))) return `${type}(${elementTexts(value).join(', ')})`
  return `${type} base64 "${toBase64(bytesOf(value))}"`
}

function elementTexts(value: Tensor): string[] {
  return Array.from<number | bigint | string, string>(widen(value).data, (element) => {
    if (typeof element === 'string') return JSON.stringify(element)
    return typeof element === 'bigint' ? String(element) : numberText(element, value.dtype)
  })
}

/** False for what numbers do not carry: payloads of NaN, bytes of bool beyond 1, padding bits. */
function isExact(value: Tensor): boolean {
  const wide = widen(value)
  const read =
    wide.data instanceof Float64Array ? wide.data.map((v) => (Number.isNaN(v) ? Number.NaN : v)) : wide.data
  const before = bytesOf(value)
  const after = bytesOf(narrow({ ...wide, data: read }))
  return before.every((byte, i) => byte === after[i])
}

/** The bytes under a tensor of numbers, which are little-endian on every platform that JavaScript runs on. */
function bytesOf({ data }: Tensor): Uint8Array {
  const { buffer, byteOffset, byteLength } = data as NumericData // strings are printed before
  return new Uint8Array(buffer, byteOffset, byteLength)
}

/** Shortest text that reads back to `value` after rounding to `dtype`. */
function numberText(value: number, dtype: DType): string {
  if (dtype === 'bool') return value ? 'true' : 'false'
  return dtype === 'float32' ? shortFloat32(value) : plainText(value)
}

function plainText(value: number): string {
  if (Object.is(value, -0)) return '-0'

  if (Number.isNaN(value)) return 'nan'
  return String(value).replace('Infinity', 'inf')
}

function shortFloat32(value: number): string {
  if (Number.isFinite(value)) {
    // Nine digits tell any two float32 apart.
    for (let digits = 1; digits <= 9; digits++) {
      const short = Number(value.toPrecision(digits))
      if (Object.is(Math.fround(short), value)) return plainText(short)
    }
  }
  return plainText(value)
}

/**
 * A float attribute: always with a point, an exponent or a name, so that it is no integer. A float32 whose double
 * would be long is written `0.1f`.
 */
export function floatText(value: number): string {
  const plain = plainText(value)
  const short = Math.fround(value) === value ? shortFloat32(value) : plain
  const text = short.length < plain.length ? short : plain
  const marked = /[.en]/.test(text) ? text : `${text}.0`
  return text === plain ? marked : `${marked}f`
}

/** 64 bits of FNV-1a in two lanes (http://www.isthe.com/chongo/tech/comp/fnv/), to see that two tensors differ. */
function hashText(value: Tensor): string {
  const bytes =
    value.dtype === 'string' ? new TextEncoder().encode(JSON.stringify(value.data)) : bytesOf(value)
  let [low, high] = [0x811c9dc5, 0xcbf29ce4]
  for (const byte of bytes) {
    low = Math.imul(low ^ byte, 0x01000193)
    high = Math.imul(high ^ low ^ byte, 0x01000193)
  }
  return [high, low].map((lane) => (lane >>> 0).toString(16).padStart(8, '0')).join('')
}
