/** Files in a folder of this machine. Links are followed as long as they stay inside of it. */
import type { Stats } from 'node:fs'
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { join, sep } from 'node:path'
import { SlipwayError } from '@slipway/core'
import type { SeenFile } from './fingerprint.ts'
import { realFile } from './model-file.ts'
import type { FileStore } from './store.ts'

const mostDepth = 12
const mostFiles = 200_000
const outside = 'a link leads out of the repository'

/** Throws SLP-R8 where there is no such folder. */
export async function folderStore(path: string): Promise<FileStore> {
  const root = await realpath(path).catch((cause) => {
    const rule = 'it must be a folder that can be read'
    throw new SlipwayError('SLP-R8', `Cannot read model repository: ${rule}, got "${path}"`, { cause })
  })
  const isInside = (real: string) => real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)

  return {
    async list(folder) {
      const files: SeenFile[] = []
      const known = await stat(join(root, folder)).catch(() => undefined)
      if (!known?.isDirectory()) {
        if (folder === '')
          throw new SlipwayError('SLP-R8', 'Cannot read model repository: it must be a folder, got none')
        return undefined
      }
      await walk({ root, isInside, files }, folder, 1)
      return files
    },
    async read(file, mostBytes) {
      const info = await stat(join(root, file)).catch(() => undefined)
      if (!info) return undefined
      const real = realFile(root, join(root, file), JSON.stringify(file))
      if (info.size <= mostBytes) return readFile(real)
      const got = `${info.size}`
      throw new SlipwayError(
        'SLP-R8',
        `Cannot read "${file}": it may have ${mostBytes} bytes at most, got ${got}`,
      )
    },
    fetch: async (folder) => ({ folder: join(root, folder), root, [Symbol.asyncDispose]: async () => {} }),
    [Symbol.asyncDispose]: async () => {},
  }
}

interface Walk {
  readonly root: string
  readonly isInside: (real: string) => boolean
  readonly files: SeenFile[]
}

/** Adds a folder, and everything below it. What vanishes meanwhile is left out. */
async function walk(context: Walk, folder: string, depth: number): Promise<void> {
  const { root, isInside, files } = context
  const path = join(root, folder)
  const real = await realpath(path).catch(() => undefined)
  if (real === undefined) return
  if (!isInside(real)) {
    files.push({ path: folder, sizeBytes: 0, tag: '', changedMs: 0, problem: outside })
    return
  }
  const own = await stat(real).catch(() => undefined)
  if (own) files.push(seenFolder(folder, own))
  if (depth > mostDepth || files.length > mostFiles) {
    const problem =
      depth > mostDepth ? 'its folders are nested too deep' : 'the repository has too many files'
    files.push({ path: folder, sizeBytes: 0, tag: '', changedMs: 0, problem })
    return
  }
  for (const name of (await readdir(real).catch(() => [])).sort())
    await add(context, `${folder}${name}`, depth)
}

async function add(context: Walk, path: string, depth: number): Promise<void> {
  const { root, isInside, files } = context
  const full = join(root, path)
  const link = await lstat(full).catch(() => undefined)
  const info = link?.isSymbolicLink() ? await stat(full).catch(() => undefined) : link
  if (!info) {
    if (link)
      files.push({ path, sizeBytes: 0, tag: '', changedMs: link.ctimeMs, problem: 'a link leads nowhere' })
    return
  }
  if (info.isDirectory()) return walk(context, `${path}/`, depth + 1)
  if (!info.isFile()) return
  const real = link?.isSymbolicLink() ? await realpath(full).catch(() => '') : ''
  const problem = real !== '' && !isInside(real) ? outside : undefined
  files.push({ path, sizeBytes: info.size, tag: String(info.mtimeMs), changedMs: changedMs(info), problem })
}

const seenFolder = (path: string, info: Stats): SeenFile => ({
  path: path === '' ? '/' : path,
  sizeBytes: 0,
  tag: '',
  changedMs: changedMs(info),
})

/** The system sets ctime itself, so copying with the times of the original does not hide how new a file is. */
const changedMs = ({ mtimeMs, ctimeMs }: Stats): number => Math.max(mtimeMs, ctimeMs)
