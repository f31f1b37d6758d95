/**
 * Tensors that lie in other files: what a TensorProto may say of them. Core itself opens no file; the caller
 * gives a resolver, and without one such a tensor is refused.
 */
import { SlipwayError } from '../../base/errors.ts'
import type { StringStringEntryProto, TensorProto } from './onnx_pb.ts'
import { quote } from './quote.ts'

/** One range of one file, checked for form only: whether it exists is the resolver's to say. */
export interface ExternalRange {
  /** Name of the tensor, for messages. */
  readonly tensor: string
  /** Path relative to the model's folder, with `/` between its parts; never absolute, never with `..`. */
  readonly location: string
  readonly offset: number
  readonly length: number
  /** As the file says it; the ONNX format means SHA-1 of the whole file by it. */
  readonly checksum?: string | undefined
}

/** Gives exactly `range.length` bytes, or throws. The bytes become the tensor's data without a copy. */
export type ResolveExternal = (range: ExternalRange) => Uint8Array

const keys: ReadonlySet<string> = new Set(['location', 'offset', 'length', 'checksum', 'basepath'])

const refuse = (tensor: string, rule: string, got: string): never => {
  throw new SlipwayError(
    'SLP-X5',
    `Cannot read external data of tensor ${quote(tensor)}: ${rule}, got ${got}`,
  )
}

/**
 * The range that a tensor of `byteLength` bytes names.
 *
 * @throws SLP-X2 for a location outside the model's folder, SLP-X4 for a length that does not fit the tensor,
 * SLP-X5 for entries that break the format.
 */
export function externalRange(proto: TensorProto, byteLength: number): ExternalRange {
  const entries = readEntries(proto.name, proto.externalData)
  const location = entries.get('location') ?? refuse(proto.name, 'location must be given', 'nothing')
  checkLocation(proto.name, location)
  const offset = readCount(proto.name, 'offset', entries.get('offset')) ?? 0
  const length = readCount(proto.name, 'length', entries.get('length')) ?? byteLength
  if (length !== byteLength) {
    throw new SlipwayError(
      'SLP-X4',
      `Cannot read external data of tensor ${quote(proto.name)}: length must be the ${byteLength} bytes that its type and dims need, got ${length}`,
    )
  }
  const checksum = entries.get('checksum')
  return { tensor: proto.name, location, offset, length, ...(checksum !== undefined && { checksum }) }
}

function readEntries(tensor: string, list: readonly StringStringEntryProto[]): ReadonlyMap<string, string> {
  const entries = new Map<string, string>()
  for (const { key, value } of list) {
    if (!keys.has(key)) refuse(tensor, `a key must be one of ${[...keys].join(', ')}`, JSON.stringify(key))
    if (entries.has(key)) refuse(tensor, 'a key must stand once', `${key} twice`)
    entries.set(key, value)
  }
  return entries
}

function readCount(tensor: string, key: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const value = /^[0-9]{1,16}$/.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value))
    refuse(tensor, `${key} must be an integer from 0 to 2^53 - 1`, JSON.stringify(text.slice(0, 40)))
  return value
}

/** Throws SLP-X2 unless the text is a plain relative path that stays inside its folder. */
export function checkLocation(tensor: string, location: string): void {
  const parts = location.split('/')
  const plain =
    location.length <= 4096 &&
    !location.includes('\\') &&
    !location.includes('\0') &&
    // A drive letter makes a path absolute on Windows.
    !/^[A-Za-z]:/.test(location) &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..')
  if (plain) return
  throw new SlipwayError(
    'SLP-X2',
    `Cannot read external data of tensor ${quote(tensor)}: location must be a relative path inside the model's folder, without "..", "." or "\\", got ${JSON.stringify(location.slice(0, 200))}`,
  )
}
