/** TensorProto → Tensor. Weights in raw_data are viewed in place where their alignment allows it. */
import { type DType, dtypeInfo, packedByteLength, tryDTypeOfCode } from '../../base/dtype.ts'
import { SlipwayError } from '../../base/errors.ts'
import type { Limits } from '../../base/limits.ts'
import { getPacked } from '../../base/packed.ts'
import { elementCount, type Shape } from '../../base/shape.ts'
import { arrayOf, dataLength, type Tensor, tensor } from '../../base/tensor.ts'
import { DataLocation } from './enums.ts'
import { externalRange } from './external-data.ts'
import type { TensorProto } from './onnx_pb.ts'
import { quote } from './quote.ts'
import { type TensorContext, tensorContext } from './tensor-context.ts'
import { checkOneField, fromTyped } from './typed-data.ts'

export interface TensorOptions {
  /** The raw_data may be moved by some bytes towards the start of the file, instead of being copied. */
  readonly mayMove?: boolean
}

/**
 * The tensor of a message. Data in raw_data is not copied where its place in memory suits the element type.
 *
 * @throws SLP-F5 for a tensor that breaks a rule, SLP-L4 over the limits, SLP-X1 to SLP-X5 for external data.
 */
export function readTensor(
  proto: TensorProto,
  context: TensorContext = tensorContext(),
  { mayMove = false }: TensorOptions = {},
): Tensor {
  const dtype = readDType(proto.dataType, `tensor ${quote(proto.name)}`)
  const shape = readDims(proto.dims, `tensor ${quote(proto.name)}`, context.limits)
  if (proto.segment) fail(proto.name, 'segments are not supported', 'a segment')
  checkOneField(proto, dtype)
  if (proto.dataLocation === DataLocation.EXTERNAL) return readExternal(proto, dtype, shape, context)
  if (proto.dataLocation !== DataLocation.DEFAULT)
    fail(proto.name, 'data_location must be 0 or 1', String(proto.dataLocation))
  if (dtype === 'string') return tensor('string', shape, readStrings(proto, elementCount(shape)))
  if (proto.rawData.length > 0) return fromRaw(proto.name, dtype, shape, proto.rawData, mayMove)
  return fromTyped(proto, dtype, shape)
}

function fail(name: string, rule: string, got: string): never {
  throw new SlipwayError('SLP-F5', `Cannot read tensor ${quote(name)}: ${rule}, got ${got}`)
}

export function readDType(code: number, what: string): DType {
  const dtype = tryDTypeOfCode(code)
  if (dtype) return dtype
  throw new SlipwayError('SLP-B2', `Cannot read ${what}: data_type must be a known code, got ${code}`)
}

/** Throws SLP-F5 for negative sizes, SLP-L4 over the limits. */
export function readDims(dims: readonly bigint[], what: string, limits: Limits): number[] {
  const shown = () => `[${dims.slice(0, 16)}${dims.length > 16 ? ', …' : ''}]`
  if (dims.some((dim) => dim < 0n))
    throw new SlipwayError('SLP-F5', `Cannot read ${what}: dims must not be negative, got ${shown()}`)
  const most = BigInt(limits.tensorElements)
  const fits =
    dims.length <= limits.rank &&
    dims.every((dim) => dim <= most) &&
    dims.reduce((count, dim) => count * dim, 1n) <= most
  if (!fits) {
    throw new SlipwayError(
      'SLP-L4',
      `Cannot read ${what}: it may have ${limits.tensorElements} elements and rank ${limits.rank} at most, got dims ${shown()}`,
    )
  }
  return dims.map(Number)
}

function readExternal(proto: TensorProto, dtype: DType, shape: Shape, context: TensorContext): Tensor {
  if (!context.resolveExternal) {
    throw new SlipwayError(
      'SLP-X1',
      `Cannot read tensor ${quote(proto.name)}: its data lies in another file`,
      {
        remedy: 'Load the model from its folder, or give the reader a resolver for external data.',
      },
    )
  }
  if (dtype === 'string') fail(proto.name, 'strings must not be external data', 'data_location 1')
  const range = externalRange(proto, packedByteLength(dtype, elementCount(shape)))
  context.spend('externalBytes', range.length)
  const bytes = context.resolveExternal(range)
  if (bytes.length !== range.length) {
    throw new SlipwayError(
      'SLP-X4',
      `Cannot read tensor ${quote(proto.name)}: ${range.length} bytes of external data must be resolved, got ${bytes.length}`,
    )
  }
  return fromRaw(proto.name, dtype, shape, bytes, false)
}

function fromRaw(
  name: string,
  dtype: Exclude<DType, 'string'>,
  shape: Shape,
  bytes: Uint8Array,
  mayMove: boolean,
): Tensor {
  const count = elementCount(shape)
  const wanted = packedByteLength(dtype, count)
  if (bytes.length !== wanted)
    fail(name, `${dtype}[${shape}] needs ${wanted} bytes of raw_data`, String(bytes.length))
  if (dtypeInfo(dtype).bits === 6) checkPadding(name, bytes, count)
  const Data = arrayOf(dtype)
  const source = align(dtype === 'bool' ? asBooleans(bytes) : bytes, Data.BYTES_PER_ELEMENT, mayMove)
  const data = new Data(source.buffer as ArrayBuffer, source.byteOffset, dataLength(dtype, shape)) // never shared memory: bytes come from a file
  return tensor(dtype, shape, data as never) // the class was chosen by dtype
}

/** Any other byte than 0 means true. */
function asBooleans(bytes: Uint8Array): Uint8Array {
  return bytes.some((byte) => byte > 1) ? bytes.map((byte) => (byte === 0 ? 0 : 1)) : bytes
}

/**
 * The same bytes at a multiple of `width`. In front of a raw_data field stand its own tag and length, which
 * nobody reads again: into these bytes the data may be moved where the caller gave the buffer away.
 */
function align(bytes: Uint8Array, width: number, mayMove: boolean): Uint8Array {
  const shift = bytes.byteOffset % width
  if (shift === 0) return bytes
  const headerBytes = 1 + varintBytes(bytes.length)
  if (!mayMove || shift > headerBytes) return new Uint8Array(bytes)
  const moved = new Uint8Array(bytes.buffer, bytes.byteOffset - shift, bytes.length)
  moved.set(bytes)
  return moved
}

const varintBytes = (value: number): number => Math.max(1, Math.ceil(Math.log2(value + 1) / 7))

/** The last group of four 6-bit elements is padded with zero bits. */
function checkPadding(name: string, bytes: Uint8Array, count: number): void {
  const slots = Math.floor((bytes.length * 8) / 6)
  for (let i = count; i < slots; i++)
    if (getPacked(bytes, 6, i) !== 0) fail(name, 'padding bits must be zero', 'others')
  const rest = bytes.length * 8 - slots * 6
  if (rest > 0 && bytes.at(-1)! >> (8 - rest) !== 0) fail(name, 'padding bits must be zero', 'others')
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Throws SLP-F5 where the bytes are not UTF-8: a host string could not hold them. */
export function readText(bytes: Uint8Array, what: string): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    throw new SlipwayError('SLP-F5', `Cannot read ${what}: text must be UTF-8, got other bytes`, { cause })
  }
}

function readStrings({ name, stringData }: TensorProto, count: number): string[] {
  if (stringData.length !== count)
    fail(name, `${count} elements need as many string_data entries`, String(stringData.length))
  return stringData.map((bytes, i) => readText(bytes, `element ${i} of tensor ${quote(name)}`))
}
