/**
 * The header of a .npy file: magic, version, length and a Python dictionary in text. Nothing of the dictionary is
 * evaluated: only the three entries that the format allows are recognised.
 */
import { SlipwayError } from '../../base/errors.ts'
import type { Shape } from '../../base/shape.ts'

export interface NpyHeader {
  readonly descr: string
  readonly isFortran: boolean
  readonly shape: Shape
}

/** Far above what the header of an array without records needs. */
const maxHeaderBytes = 65_536

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]

export function malformed(rule: string, got: unknown): SlipwayError {
  return new SlipwayError('SLP-F1', `Cannot read .npy file: ${rule}, got ${got}`)
}

/** The header and the offset of the data. Throws SLP-F1, SLP-F2, SLP-L1 and, for other versions, SLP-F4. */
export function readHeader(bytes: Uint8Array): { header: NpyHeader; dataOffset: number } {
  if (magic.some((byte, i) => bytes[i] !== byte))
    throw malformed('it must begin with \\x93NUMPY', `[${bytes.slice(0, 6)}]`)
  const [major, minor] = [bytes[6] ?? 0, bytes[7] ?? 0]
  if (major < 1 || major > 3 || minor !== 0) {
    throw new SlipwayError(
      'SLP-F4',
      `Cannot read .npy file: the version must be 1.0, 2.0 or 3.0, got ${major}.${minor}`,
    )
  }
  const start = major === 1 ? 10 : 12
  if (bytes.length < start) throw truncated(start, bytes.length)
  const view = new DataView(bytes.buffer, bytes.byteOffset)
  const dataOffset = start + (major === 1 ? view.getUint16(8, true) : view.getUint32(8, true))
  if (dataOffset > maxHeaderBytes) {
    throw new SlipwayError(
      'SLP-L1',
      `Cannot read .npy file: the header may have ${maxHeaderBytes} bytes at most, got ${dataOffset}`,
    )
  }
  if (bytes.length < dataOffset) throw truncated(dataOffset, bytes.length)
  const encoding = major === 3 ? 'utf-8' : 'latin1'
  return {
    header: parseHeader(new TextDecoder(encoding).decode(bytes.subarray(start, dataOffset))),
    dataOffset,
  }
}

export function truncated(needed: number, got: number): SlipwayError {
  return new SlipwayError('SLP-F2', `Cannot read .npy file: it needs ${needed} bytes, got ${got}`)
}

/** One `key: value` of the dictionary, where the value is a string, a truth value or a tuple of integers. */
const entry = /\s*(?:'(\w+)'|"(\w+)")\s*:\s*(?:'([^']*)'|"([^"]*)"|(True|False)|\(([\dL, ]*)\))\s*(,|(?=\}))/y

function parseHeader(text: string): NpyHeader {
  const body = text.trim()
  const wrong = malformed(
    'the header must be a dictionary of descr, fortran_order and shape',
    `"${body.slice(0, 200)}"`,
  )
  if (!body.startsWith('{') || !body.endsWith('}')) throw wrong
  const found = new Map<
    string,
    { text?: string | undefined; flag?: string | undefined; tuple?: string | undefined }
  >()
  const pattern = new RegExp(entry)
  pattern.lastIndex = 1
  for (let match = pattern.exec(body); match; match = pattern.exec(body)) {
    const key = match[1] ?? match[2]!
    if (found.has(key)) throw wrong
    found.set(key, { text: match[3] ?? match[4], flag: match[5], tuple: match[6] })
    if (/^\s*\}$/.test(body.slice(pattern.lastIndex))) break
  }
  const descr = found.get('descr')?.text
  const flag = found.get('fortran_order')?.flag
  const tuple = found.get('shape')?.tuple
  if (found.size !== 3 || descr === undefined || flag === undefined || tuple === undefined) throw wrong
  return { descr, isFortran: flag === 'True', shape: parseTuple(tuple) }
}

/** Python 2 wrote `L` behind long integers. */
function parseTuple(text: string): number[] {
  const parts = text.split(',').map((part) => part.trim())
  if (parts.at(-1) === '') parts.pop()
  return parts.map((part) => {
    const size = /^\d+L?$/.test(part) ? Number.parseInt(part, 10) : Number.NaN
    if (!Number.isSafeInteger(size)) throw malformed('shape must be a tuple of sizes', `(${text})`)
    return size
  })
}

/** Bytes of a header of version 1, filled up so that the data begins at a multiple of 64. */
export function writeHeader({ descr, isFortran, shape }: NpyHeader): Uint8Array {
  const sizes = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`
  const text = `{'descr': '${descr}', 'fortran_order': ${isFortran ? 'True' : 'False'}, 'shape': ${sizes}, }`
  const total = Math.ceil((10 + text.length + 1) / 64) * 64
  const bytes = new Uint8Array(total).fill(0x20)
  bytes.set([...magic, 1, 0, (total - 10) & 0xff, (total - 10) >> 8])
  bytes.set(new TextEncoder().encode(text), 10)
  bytes[total - 1] = 0x0a
  return bytes
}
