/** Files of Node as the ONNX reader and writer use them: opened once, checked while open, read in full. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats, writeSync } from 'node:fs'
import { SlipwayError } from '../../base/errors.ts'

export interface OpenFile {
  readonly fd: number
  readonly stats: Stats
}

/** Throws SLP-C2 with the reason of the operating system. */
export function fileError(action: string, path: string, cause: unknown): SlipwayError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new SlipwayError('SLP-C2', `Cannot ${action} file: the system refused, got ${reason}`, {
    path,
    cause,
  })
}

/**
 * Calls `use` with the open file and closes it. Neither a pipe nor a device can make opening wait.
 * A link at the end of the path is not followed with `follow: false`.
 */
export function withFile<T>(path: string, { follow }: { follow: boolean }, use: (file: OpenFile) => T): T {
  // Windows has neither flag, and no links that a model could bring along unnoticed: archives hold none there.
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants
  const fd = openSync(path, O_RDONLY | O_NONBLOCK | (follow ? 0 : O_NOFOLLOW))
  try {
    return use({ fd, stats: fstatSync(fd) })
  } finally {
    closeSync(fd)
  }
}

/** The largest read or write that every system takes. */
const chunkBytes = 2 ** 30

/** Throws SLP-F2 where the file ends before. The bytes lie in a buffer of their own. */
export function readRange(
  { fd }: OpenFile,
  path: string,
  offset: number,
  length: number,
): Uint8Array<ArrayBuffer> {
  const bytes = allocate(length)
  let done = 0
  while (done < length) {
    const count = readSync(fd, bytes, done, Math.min(length - done, chunkBytes), offset + done)
    if (count === 0) {
      const got = `${offset + done} bytes`
      throw new SlipwayError(
        'SLP-F2',
        `Cannot read file: it must have ${offset + length} bytes, got ${got}`,
        { path },
      )
    }
    done += count
  }
  return bytes
}

function allocate(length: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(length)
  } catch (cause) {
    throw new SlipwayError('SLP-L4', `Cannot read file: there is no memory for ${length} bytes`, { cause })
  }
}

export function writeAll(fd: number, bytes: Uint8Array): void {
  let done = 0
  while (done < bytes.length) done += writeSync(fd, bytes, done, Math.min(bytes.length - done, chunkBytes))
}
