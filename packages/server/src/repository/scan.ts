/** What a model repository holds: `<name>/<version>/model.onnx`. Reads folders only, never a model. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { SlipwayError } from '@slipway/core'
import { isModelName, isVersion } from '../config/names.ts'

export const modelFile = 'model.onnx'

export interface FoundModel {
  readonly name: string
  /** In ascending order; empty where the folder has no version. */
  readonly versions: readonly FoundVersion[]
}
export interface FoundVersion {
  readonly version: string
  readonly path: string
}

/**
 * The models of a repository in order of their names. Files, and folders whose names no model can have, are not
 * models; so are sub-folders that are not versions.
 *
 * @throws SLP-R8 where the folder cannot be read.
 */
export async function scanRepository(root: string): Promise<FoundModel[]> {
  const names = await folders(root).catch((cause) => {
    throw new SlipwayError(
      'SLP-R8',
      `Cannot read model repository: it must be a folder that can be read, got "${root}"`,
      { cause },
    )
  })
  const models = names.filter(isModelName).sort()
  return Promise.all(models.map(async (name) => ({ name, versions: await scanVersions(join(root, name)) })))
}

async function scanVersions(folder: string): Promise<FoundVersion[]> {
  const versions = (await folders(folder)).filter(isVersion).sort((a, b) => Number(a) - Number(b))
  return versions.map((version) => ({ version, path: join(folder, version, modelFile) }))
}

/** Names of the folders in a folder; links count as what they point to. */
async function folders(path: string): Promise<string[]> {
  const names = await readdir(path)
  const found = await Promise.all(
    names.map(async (name) => {
      const info = await stat(join(path, name)).catch(() => undefined)
      return info?.isDirectory() ? [name] : []
    }),
  )
  return found.flat()
}
