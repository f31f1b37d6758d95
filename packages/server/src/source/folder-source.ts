/** Models in a folder of this machine. */
import { folderStore } from './folder-store.ts'
import { type SourceOptions, sourceOver } from './open-source.ts'
import type { ModelSource } from './source.ts'

/**
 * Opens a repository, or the folder of one model that `modelName` gives a name.
 *
 * @throws SLP-R8 where there is no such folder, SLP-R4 for a name that no model can have.
 */
export async function folderSource(root: string, options: SourceOptions = {}): Promise<ModelSource> {
  return sourceOver(await folderStore(root), options)
}
