import { access, readFile } from 'node:fs/promises'
import { SlipwayError } from '@slipway/core'

/** What people have done, by the code of the system. */
const reasons: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'nothing of this name'],
  ['ENOTDIR', 'nothing of this name'],
  ['EISDIR', 'a folder'],
  ['EACCES', 'no permission'],
  ['ERR_FS_FILE_TOO_LARGE', 'more than 2 GiB'],
])

/** The bytes of a file. Throws SLP-C2. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    const got = reasons.get(code) ?? code
    throw new SlipwayError('SLP-C2', `Cannot read "${path}": it must be a readable file, got ${got}`, {
      cause,
    })
  }
}

/** Whether there is anything of this name that may be seen. */
export function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
