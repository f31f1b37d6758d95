/**
 * Walks the bytes of a message before anything is decoded, and refuses what a decoder must not meet: lengths
 * that lie, groups, endless varints, nesting, counts and sizes over the limits, text that is not UTF-8. It makes
 * nothing but counters, so a hostile file costs no more than one pass over its structure.
 */
import { WireType } from '@bufbuild/protobuf/wire'
import { type ErrorCode, SlipwayError } from '../../base/errors.ts'
import { defaultLimits, type Limits } from '../../base/limits.ts'
import { fieldPath, type ScanFrame } from './scan-path.ts'
import {
  type FieldRule,
  type MessageName,
  type MessageRule,
  ruleOf,
  unknownFieldBytes,
} from './wire-rules.ts'

interface Refusal {
  readonly code: ErrorCode
  readonly rule: string
  readonly got: string
  readonly remedy?: string
  readonly offset?: number
}

interface Scan {
  readonly bytes: Uint8Array
  readonly limits: Limits
  at: number
  /** The open messages, outermost first. */
  readonly frames: ScanFrame[]
  readonly counts: { nodes: number; tensors: number; functions: number; subgraphs: number; heapBytes: number }
}

const rewrite = 'The file is damaged or was not written as ONNX: write or download it again.'

/**
 * Throws SLP-F1 for malformed bytes, SLP-F2 where they end too early, SLP-L1 to SLP-L3 and SLP-L6 over the limits.
 * Every message names the byte offset and the path of the field.
 */
export function scan(name: MessageName, bytes: Uint8Array, limits: Limits = defaultLimits): void {
  if (bytes.length > limits.fileBytes) {
    throw new SlipwayError(
      'SLP-L1',
      `Cannot read file: it may have ${limits.fileBytes} bytes at most, got ${bytes.length}`,
      { remedy: 'Keep large weights as external data, or raise limits.fileBytes.' },
    )
  }
  const counts = { nodes: 0, tensors: 0, functions: 0, subgraphs: 0, heapBytes: 0 }
  scanMessage({ bytes, limits, at: 0, frames: [], counts }, ruleOf(name), bytes.length)
}

function refuse(state: Scan, { code, rule, got, remedy = rewrite, offset = state.at }: Refusal): never {
  const path = fieldPath(state.bytes, state.frames)
  throw new SlipwayError(code, `Cannot read file: ${rule}, got ${got}`, {
    offset,
    ...(path && { path }),
    remedy,
  })
}

function overLimit(state: Scan, code: ErrorCode, what: string, limit: keyof Limits, got: number): never {
  return refuse(state, {
    code,
    rule: `it may have ${state.limits[limit]} ${what} at most`,
    got: String(got),
    remedy: `Raise limits.${limit} if the file is trusted.`,
  })
}

function scanMessage(state: Scan, rule: MessageRule, end: number): void {
  const { frames, limits } = state
  if (frames.length > limits.messageDepth)
    overLimit(state, 'SLP-L2', 'nested messages', 'messageDepth', frames.length)
  const frame: ScanFrame = { start: state.at, fieldStart: state.at, field: undefined, number: 0 }
  frames.push(frame)
  spend(state, rule.heapBytes)
  countMessage(state, rule)
  let attributes = 0
  while (state.at < end) {
    frame.fieldStart = state.at
    frame.field = undefined
    const tag = readTag(state, end)
    frame.number = tag >>> 3
    const field = rule.fields[frame.number]
    frame.field = field
    if (field) scanField(state, field, tag & 7, end)
    else skipUnknown(state, tag & 7, end)
    if (rule.typeName === 'onnx.NodeProto' && field?.name === 'attribute') attributes++
    if (attributes > limits.attributesPerNode)
      overLimit(state, 'SLP-L3', 'attributes per node', 'attributesPerNode', attributes)
  }
  if (rule.typeName === 'onnx.GraphProto') state.counts.subgraphs--
  frames.pop()
}

function countMessage(state: Scan, { typeName }: MessageRule): void {
  const { counts, limits } = state
  switch (typeName) {
    case 'onnx.NodeProto':
      if (++counts.nodes > limits.nodes) overLimit(state, 'SLP-L3', 'nodes', 'nodes', counts.nodes)
      break
    case 'onnx.TensorProto':
      if (++counts.tensors > limits.tensors) overLimit(state, 'SLP-L3', 'tensors', 'tensors', counts.tensors)
      break
    case 'onnx.FunctionProto':
      if (++counts.functions > limits.functions)
        overLimit(state, 'SLP-L3', 'functions', 'functions', counts.functions)
      break
    case 'onnx.GraphProto':
      // The outermost graph is no body of a node.
      if (++counts.subgraphs - 1 > limits.subgraphDepth)
        overLimit(state, 'SLP-L2', 'nested bodies', 'subgraphDepth', counts.subgraphs - 1)
      break
  }
}

function spend(state: Scan, bytes: number): void {
  state.counts.heapBytes += bytes
  if (state.counts.heapBytes > state.limits.decodedBytes) {
    refuse(state, {
      code: 'SLP-L6',
      rule: `decoding may take ${state.limits.decodedBytes} bytes of memory at most`,
      got: `more than that with ${state.bytes.length - state.at} bytes left to read`,
      remedy: 'Store weights in raw_data or external data, or raise limits.decodedBytes.',
    })
  }
}

function scanField(state: Scan, field: FieldRule, wire: number, end: number): void {
  if (wire === WireType.LengthDelimited && field.wire !== WireType.LengthDelimited && field.repeated) {
    scanPacked(state, field, end)
    return
  }
  if (wire !== field.wire) refuseWire(state, wire, `wire type ${field.wire}`)
  spend(state, field.heapBytes)
  if (field.content === 'message') {
    const length = readLength(state, end)
    if (field.message) scanMessage(state, field.message, state.at + length)
  } else if (field.content === 'text') {
    scanText(state, readLength(state, end))
  } else {
    skipValue(state, wire, end)
  }
}

function scanText(state: Scan, length: number): void {
  if (length > state.limits.stringBytes)
    overLimit(state, 'SLP-L3', 'bytes in one string', 'stringBytes', length)
  spend(state, length)
  const { bytes, at } = state
  const end = at + length
  let i = at
  while (i < end && bytes[i]! < 0x80) i++
  if (i < end && !isUtf8(bytes.subarray(i, end)))
    refuse(state, { code: 'SLP-F1', rule: 'text must be UTF-8', got: 'other bytes', offset: i })
  state.at = end
}

const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function isUtf8(bytes: Uint8Array): boolean {
  try {
    strictDecoder.decode(bytes)
    return true
  } catch {
    return false
  }
}

function scanPacked(state: Scan, field: FieldRule, end: number): void {
  const length = readLength(state, end)
  const stop = state.at + length
  let entries = 0
  if (field.wire === WireType.Varint) {
    while (state.at < stop) {
      skipVarint(state, stop)
      entries++
    }
  } else {
    const width = field.wire === WireType.Bit64 ? 8 : 4
    entries = length / width
    if (!Number.isInteger(entries))
      refuse(state, {
        code: 'SLP-F1',
        rule: `a packed list must be a multiple of ${width} bytes`,
        got: String(length),
      })
  }
  if (entries > state.limits.listEntries)
    overLimit(state, 'SLP-L3', 'entries in one list', 'listEntries', entries)
  spend(state, entries * field.heapBytes)
  state.at = stop
}

function skipUnknown(state: Scan, wire: number, end: number): void {
  spend(state, unknownFieldBytes)
  skipValue(state, wire, end)
}

function skipValue(state: Scan, wire: number, end: number): void {
  switch (wire) {
    case WireType.Varint:
      skipVarint(state, end)
      break
    case WireType.LengthDelimited: {
      const length = readLength(state, end)
      state.at += length
      break
    }
    case WireType.Bit32:
    case WireType.Bit64: {
      const width = wire === WireType.Bit64 ? 8 : 4
      if (width > end - state.at) refuseEnd(state, end, `a number of ${width} bytes`)
      state.at += width
      break
    }
    default:
      refuseWire(state, wire, 'wire type 0, 1, 2 or 5 (ONNX has no groups)')
  }
}

function refuseWire(state: Scan, wire: number, expected: string): never {
  return refuse(state, {
    code: 'SLP-F1',
    rule: `the field must have ${expected}`,
    got: `wire type ${wire}`,
    offset: state.frames.at(-1)?.fieldStart ?? state.at,
  })
}

/** Something reaches over the end of the file, or over the end of the message it stands in. */
function refuseEnd(state: Scan, end: number, what: string): never {
  const truncated = end === state.bytes.length
  return refuse(state, {
    code: truncated ? 'SLP-F2' : 'SLP-F1',
    rule: `${what} must end within its ${truncated ? 'file' : 'message'}`,
    got: `${end - state.at} bytes until the end`,
  })
}

function skipVarint(state: Scan, end: number): void {
  const { bytes, at } = state
  for (let i = 0; i < 10; i++) {
    if (at + i >= end) refuseEnd(state, end, 'a varint')
    const byte = bytes[at + i]!
    if (byte < 0x80) {
      if (i === 9 && byte > 1) break
      state.at = at + i + 1
      return
    }
  }
  refuse(state, { code: 'SLP-F1', rule: 'a varint must fit 64 bits in 10 bytes', got: 'more' })
}

/** A varint of at most 32 bits, as tags and lengths are. */
function readUint32(state: Scan, end: number, what: string): number {
  const { bytes, at } = state
  let value = 0
  for (let i = 0; i < 5; i++) {
    if (at + i >= end) refuseEnd(state, end, what)
    const byte = bytes[at + i]!
    value += (byte & 0x7f) * 2 ** (7 * i)
    if (byte < 0x80) {
      if (value >= 2 ** 32) break
      state.at = at + i + 1
      return value
    }
  }
  return refuse(state, { code: 'SLP-F1', rule: `${what} must fit 32 bits in 5 bytes`, got: 'more' })
}

function readTag(state: Scan, end: number): number {
  const start = state.at
  const tag = readUint32(state, end, 'the tag of a field')
  if (tag < 8)
    refuse(state, { code: 'SLP-F1', rule: 'a field number must be positive', got: '0', offset: start })
  return tag
}

function readLength(state: Scan, end: number): number {
  const length = readUint32(state, end, 'a length')
  const { at } = state
  if (length > end - at) {
    // A file that was cut off ends inside its outermost field.
    const truncated = length > state.bytes.length - at
    refuse(state, {
      code: truncated ? 'SLP-F2' : 'SLP-F1',
      rule: `a length must be within its ${truncated ? 'file' : 'message'} (${end - at} bytes left)`,
      got: String(length),
    })
  }
  return length
}
