/** Folders that copies of models lie in for a while. */
import { mkdtemp, realpath } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export async function temporaryFolder(parent: string = tmpdir()): Promise<string> {
  return realpath(await mkdtemp(join(parent, 'slipway-model-')))
}
