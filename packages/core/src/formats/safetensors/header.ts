/** The header of a safetensors file: JSON that names each tensor's type, shape and place. */
import { SlipwayError } from '../../base/errors.ts'
import type { Limits } from '../../base/limits.ts'
import type { Shape } from '../../base/shape.ts'
import { isSafetensorsType, type SafetensorsType } from './dtypes.ts'

export interface TensorEntry {
  readonly name: string
  readonly type: SafetensorsType
  readonly shape: Shape
  /** From the first byte behind the header on. */
  readonly begin: number
  readonly end: number
}

export interface SafetensorsHeader {
  /** In the order of their data. */
  readonly entries: readonly TensorEntry[]
  readonly metadata: ReadonlyMap<string, string>
}

/** The bound that the format itself sets. */
const maxHeaderBytes = 100_000_000

export function malformed(rule: string, got: unknown): SlipwayError {
  return new SlipwayError('SLP-F1', `Cannot read safetensors file: ${rule}, got ${got}`)
}

/** The header and the offset of the data. Throws SLP-F1, SLP-F2, SLP-L1 and SLP-L3. */
export function readHeader(
  bytes: Uint8Array,
  limits: Limits,
): { header: SafetensorsHeader; dataOffset: number } {
  if (bytes.length < 8) throw truncated(8, bytes.length)
  const length = new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true)
  if (length > BigInt(maxHeaderBytes)) {
    throw new SlipwayError(
      'SLP-L1',
      `Cannot read safetensors file: the header may have ${maxHeaderBytes} bytes at most, got ${length}`,
    )
  }
  const dataOffset = 8 + Number(length)
  if (dataOffset > bytes.length) throw truncated(dataOffset, bytes.length)
  const text = decode(bytes.subarray(8, dataOffset))
  if (!text.startsWith('{')) throw malformed('the header must begin with {', `"${text.slice(0, 20)}"`)
  return { header: parseHeader(text, limits), dataOffset }
}

function truncated(needed: number, got: number): SlipwayError {
  return new SlipwayError('SLP-F2', `Cannot read safetensors file: it needs ${needed} bytes, got ${got}`)
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw malformed('the header must be UTF-8', 'other bytes')
  }
}

function parseHeader(text: string, limits: Limits): SafetensorsHeader {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    throw new SlipwayError('SLP-F1', 'Cannot read safetensors file: the header must be JSON', { cause })
  }
  const twice = duplicateKey(text)
  if (twice !== undefined) throw malformed('no name may stand twice in the header', `"${twice}"`)
  const { __metadata__: metadata, ...tensors } = recordOf(parsed, 'the header')
  const named = Object.entries(tensors)
  if (named.length > limits.tensors) {
    throw new SlipwayError(
      'SLP-L3',
      `Cannot read safetensors file: it may hold ${limits.tensors} tensors at most, got ${named.length}`,
    )
  }
  const entries = named.map(([name, entry]) =>
    readEntry(name, recordOf(entry, `the entry "${name}"`), limits),
  )
  return {
    entries: entries.sort((a, b) => a.begin - b.begin || a.end - b.end),
    metadata: readMetadata(metadata === undefined ? {} : recordOf(metadata, '__metadata__')),
  }
}

function recordOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(`${what} must be an object`, JSON.stringify(value).slice(0, 40))
  }
  return value as Readonly<Record<string, unknown>> // neither null nor a list
}

function readEntry(name: string, entry: Readonly<Record<string, unknown>>, limits: Limits): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = entry
  if (!isSafetensorsType(dtype)) {
    throw new SlipwayError(
      'SLP-B2',
      `Cannot read safetensors tensor "${name}": unknown dtype, got ${JSON.stringify(dtype)}`,
    )
  }
  const sizes = sizeList(shape)
  const places = sizeList(offsets)
  if (!sizes) throw malformed(`the shape of "${name}" must be a list of sizes`, JSON.stringify(shape))
  if (places?.length !== 2 || places[1]! < places[0]!) {
    throw malformed(`data_offsets of "${name}" must be a begin and an end`, JSON.stringify(offsets))
  }
  const count = sizes.reduce((product, size) => product * BigInt(size), 1n)
  if (sizes.length > limits.rank || count > BigInt(limits.tensorElements)) {
    throw new SlipwayError(
      'SLP-L4',
      `Cannot read safetensors tensor "${name}": it may have ${limits.tensorElements} elements and rank ${limits.rank} at most, got [${sizes}]`,
    )
  }
  return { name, type: dtype, shape: sizes, begin: places[0]!, end: places[1]! }
}

function sizeList(value: unknown): readonly number[] | undefined {
  const isSizes = Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0)
  return isSizes ? (value as readonly number[]) : undefined // every item is a number
}

function readMetadata(record: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(record).map(([key, value]) => {
      if (typeof value !== 'string')
        throw malformed(`the metadata of "${key}" must be text`, JSON.stringify(value))
      return [key, value]
    }),
  )
}

/**
 * A key that stands twice in one object of valid JSON, which JSON.parse does not tell. Walks by hand: a regular
 * expression would exhaust the stack on a long string.
 */
function duplicateKey(json: string): string | undefined {
  const open: Set<string>[] = []
  for (let at = 0; at < json.length; at++) {
    const char = json[at]
    if (char === '{') open.push(new Set())
    else if (char === '}') open.pop()
    else if (char === '"') {
      const end = endOfString(json, at)
      if (isKey(json, end)) {
        const key: string = JSON.parse(json.slice(at, end))
        if (open.at(-1)!.has(key)) return key
        open.at(-1)!.add(key)
      }
      at = end - 1
    }
  }
  return undefined
}

/** Behind the quote that ends the string which begins at `start`. */
function endOfString(json: string, start: number): number {
  let at = start + 1
  while (json[at] !== '"') at += json[at] === '\\' ? 2 : 1
  return at + 1
}

function isKey(json: string, end: number): boolean {
  let at = end
  while (' \t\n\r'.includes(json[at] ?? '}')) at++
  return json[at] === ':'
}
