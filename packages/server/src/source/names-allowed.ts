/** Which files count: names that mean "not finished", and paths that leave a folder, do not. */
import { SlipwayError } from '@slipway/core'

/** What programs that copy or download leave while they are at it: rsync, browsers, editors, our own writers. */
const unfinished = /^\.|~$|\.(?:tmp|temp|part|partial|crdownload|download|swp|filepart)$/i

export function isUnfinished(name: string): boolean {
  return unfinished.test(name)
}

/** True for a relative path with `/` between its parts that stays where it starts. */
export function isInside(path: string): boolean {
  return (
    path.length <= 1024 &&
    !path.includes('\\') &&
    !path.includes('\0') &&
    !/^[A-Za-z]:/.test(path) &&
    path.split('/').every((part) => part !== '' && part !== '.' && part !== '..')
  )
}

/** Throws SLP-R8 for a path that could lead out of the model's folder. */
export function assertInside(path: string): void {
  if (isInside(path)) return
  throw new SlipwayError(
    'SLP-R8',
    `Cannot read file of model: its path must be relative, without ".." and "\\", got ${JSON.stringify(path.slice(0, 200))}`,
  )
}
