/**
 * External data in files beside the model. A model is a stranger's text, so what it names must be a plain file
 * with one name inside the model's own folder: no link of any kind on the way, nothing outside, nothing beyond
 * the end of the file.
 */
import { createHash } from 'node:crypto'
import { lstatSync, realpathSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { type ErrorCode, SlipwayError } from '../../base/errors.ts'
import { checkLocation, type ExternalRange, type ResolveExternal } from './external-data.ts'
import { fileError, type OpenFile, readRange, withFile } from './files.node.ts'
import { quote } from './quote.ts'

export interface FolderOptions {
  /** SHA-256 of whole files, in hexadecimal, by location. With it, a file that is not listed is refused. */
  readonly sha256?: ReadonlyMap<string, string>
}

const refuse = (
  code: ErrorCode,
  { tensor, location }: ExternalRange,
  rule: string,
  got: string,
  remedy?: string,
) =>
  new SlipwayError(code, `Cannot read external data of tensor ${quote(tensor)}: ${rule}, got ${got}`, {
    path: location,
    ...(remedy !== undefined && { remedy }),
  })

const asCopy = 'Put a copy of the file in its place.'

/**
 * A resolver for the files of one folder.
 *
 * @throws (the resolver) SLP-X2 outside the folder, SLP-X3 for links and what is no regular file, SLP-X4 for a
 * range beyond the file, SLP-X5 for a wrong checksum, SLP-C2 where a file cannot be read.
 */
export function folderResolver(folder: string, { sha256 }: FolderOptions = {}): ResolveExternal {
  const root = realpathSync(folder)
  const verified = new Map<string, Uint8Array>()
  return (range) => {
    checkLocation(range.tensor, range.location)
    const whole = verified.get(range.location)
    if (whole) return sliceOf(whole, range)
    return openInside(root, range, (file, path) => {
      if (!sha256) {
        checkRange(range, file.stats.size)
        return readRange(file, path, range.offset, range.length)
      }
      // What was hashed is what is used: the file is read once and not opened again.
      const bytes = readRange(file, path, 0, file.stats.size)
      checkDigest(range, bytes, sha256.get(range.location))
      verified.set(range.location, bytes)
      return sliceOf(bytes, range)
    })
  }
}

function sliceOf(whole: Uint8Array, range: ExternalRange): Uint8Array {
  checkRange(range, whole.length)
  return whole.subarray(range.offset, range.offset + range.length)
}

function checkRange(range: ExternalRange, size: number): void {
  if (range.offset + range.length <= size) return
  const got = `offset ${range.offset} and length ${range.length} in ${size} bytes`
  throw refuse('SLP-X4', range, 'offset and length must lie inside the file', got)
}

function checkDigest(range: ExternalRange, bytes: Uint8Array, expected: string | undefined): void {
  const digest = createHash('sha256').update(bytes).digest('hex')
  if (expected?.toLowerCase() === digest) return
  throw refuse('SLP-X5', range, `the SHA-256 must be ${expected ?? 'known'}`, digest)
}

function openInside<T>(root: string, range: ExternalRange, use: (file: OpenFile, path: string) => T): T {
  const parts = range.location.split('/')
  const path = join(root, ...parts)
  try {
    parts.slice(0, -1).reduce((at, part) => checkFolder(join(at, part), range), root)
    if (lstatSync(path).isSymbolicLink())
      throw refuse('SLP-X3', range, 'the file must not be a link', 'a symbolic link', asCopy)
    return withFile(path, { follow: false }, (file) => {
      checkFile(file, path, range)
      return use(file, path)
    })
  } catch (error) {
    if (error instanceof SlipwayError) throw error
    throw fileError('read', path, error)
  }
}

function checkFolder(path: string, range: ExternalRange): string {
  const stats = lstatSync(path)
  if (stats.isDirectory()) return path
  const got = stats.isSymbolicLink() ? 'a symbolic link' : 'a file'
  throw refuse('SLP-X3', range, 'every folder on the way must be a real one', got, asCopy)
}

function checkFile({ stats }: OpenFile, path: string, range: ExternalRange): void {
  if (!stats.isFile()) throw refuse('SLP-X3', range, 'the file must be a regular one', 'something else')
  if (stats.nlink !== 1)
    throw refuse('SLP-X3', range, 'the file must have one name', `${stats.nlink} hard links`, asCopy)
  // Were a folder swapped for a link after it was looked at, path and open file would now disagree.
  const now = statSync(path)
  if (realpathSync(path) !== path || now.ino !== stats.ino || now.dev !== stats.dev)
    throw refuse('SLP-X2', range, 'the file must lie in the folder of the model', 'a file elsewhere')
}
