/** Versions whose files somebody handed over, as the load call may: no folder is read. */
import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SlipwayError } from '@slipway/core'
import type { SeenFile } from './fingerprint.ts'
import { assertInside } from './names-allowed.ts'
import { sourceOver } from './open-source.ts'
import type { ModelSource } from './source.ts'
import type { FileStore } from './store.ts'
import { temporaryFolder } from './temporary-folder.ts'

/**
 * One model from files by `<version>/<name>`, which are settled from the start.
 *
 * @throws SLP-R4 for a name that no model can have, SLP-R8 for a path that leaves the model.
 */
export function memorySource(modelName: string, files: ReadonlyMap<string, Uint8Array>): ModelSource {
  return sourceOver(memoryStore(files), { modelName, settleMs: 0 })
}

function memoryStore(files: ReadonlyMap<string, Uint8Array>): FileStore {
  for (const path of files.keys()) assertInside(path)
  const seen = [...files].map(([path, bytes]): SeenFile => {
    const tag = createHash('sha256').update(bytes).digest('hex')
    return { path, sizeBytes: bytes.length, tag, changedMs: 0 }
  })
  return {
    list: async (folder) => seen.filter(({ path }) => path.startsWith(folder)),
    async read(path, mostBytes) {
      const bytes = files.get(path)
      if (!bytes || bytes.length <= mostBytes) return bytes
      const rule = `it may have ${mostBytes} bytes at most`
      throw new SlipwayError('SLP-R8', `Cannot read "${path}": ${rule}, got ${bytes.length}`)
    },
    async fetch(folder, wanted) {
      const target = await temporaryFolder()
      for (const { path } of wanted) {
        const file = join(target, path.slice(folder.length))
        await mkdir(dirname(file), { recursive: true })
        await writeFile(file, files.get(path)!)
      }
      return {
        folder: target,
        root: target,
        [Symbol.asyncDispose]: () => rm(target, { recursive: true, force: true }),
      }
    },
    [Symbol.asyncDispose]: async () => {},
  }
}
