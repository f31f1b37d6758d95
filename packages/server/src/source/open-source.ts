/** A source of models over any store of files. */
import { join } from 'node:path'
import { SlipwayError } from '@slipway/core'
import type { ConfigFiles } from '../config/serving-config.ts'
import { assertModelName } from '../oip/names.ts'
import { isFolder } from './fingerprint.ts'
import { foundModels, problemOf } from './found.ts'
import { modelsOf, type SeenModel, type SeenVersion } from './layout.ts'
import { modelFileOf, realFile } from './model-file.ts'
import { assertInside } from './names-allowed.ts'
import { defaultSettleMs, openSettling } from './settle.ts'
import type { ModelSource, OpenedVersion, OpenOptions } from './source.ts'
import type { FileStore } from './store.ts'

export interface SourceOptions {
  /** Name of the model in a store that has one model and no name for it. */
  readonly modelName?: string | undefined
  /** How long nothing may have changed before it is loaded; 2000 unless given. */
  readonly settleMs?: number | undefined
  /** Milliseconds since the epoch. */
  readonly nowMs?: (() => number) | undefined
}

const mostConfigBytes = 2 ** 20
const mostFileBytes = 256 * 2 ** 20

/** Throws SLP-R4 for a name that no model can have. */
export function sourceOver(store: FileStore, options: SourceOptions = {}): ModelSource {
  const { modelName, settleMs = defaultSettleMs, nowMs = Date.now } = options
  if (modelName !== undefined) assertModelName(modelName)
  const settling = openSettling({ settleMs, nowMs })
  const seen = (model: string) => look(store, modelName, model)

  return {
    async list() {
      const files = await store.list('')
      if (!files)
        throw new SlipwayError('SLP-R8', 'Cannot read model repository: it must be a folder, got nothing')
      return foundModels(modelsOf(files, modelName), settling)
    },
    async find(model) {
      const one = await seen(model)
      return one && foundModels([one], settling, model)[0]
    },
    readConfig: async (model) => readConfig(store, await known(seen, model)),
    async readFile(model, path) {
      assertInside(path)
      const { folder } = await known(seen, model)
      const bytes = await store.read(`${folder}${path}`, mostFileBytes)
      if (bytes) return bytes
      throw new SlipwayError(
        'SLP-R8',
        `Cannot read file of model "${model}": it must exist, got ${JSON.stringify(path)}`,
      )
    },
    open: async (model, version, how = {}) => openVersion(store, await known(seen, model), version, how),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

type See = (model: string) => Promise<SeenModel | undefined>

/** Only the model's own folder, unless the store is one model without a name. */
async function look(
  store: FileStore,
  single: string | undefined,
  model: string,
): Promise<SeenModel | undefined> {
  assertModelName(model)
  const files = await store.list(single === undefined ? `${model}/` : '')
  return modelsOf(files ?? [], single).find(({ name }) => name === model)
}

async function known(see: See, model: string): Promise<SeenModel> {
  const seen = await see(model)
  if (seen) return seen
  throw new SlipwayError('SLP-R1', `Cannot find model: the repository has no such name, got "${model}"`)
}

async function readConfig(store: FileStore, { folder }: SeenModel): Promise<ConfigFiles> {
  const decoder = new TextDecoder()
  const read = async (name: string) => {
    const bytes = await store.read(`${folder}${name}`, mostConfigBytes)
    return bytes && decoder.decode(bytes)
  }
  return { pbtxt: await read('config.pbtxt'), yaml: await read('slipway.yaml') }
}

async function openVersion(
  store: FileStore,
  model: SeenModel,
  version: string,
  { fileName }: OpenOptions,
): Promise<OpenedVersion> {
  const seen = versionOf(model, version)
  const files = seen.files.filter((file) => !isFolder(file))
  const paths = files.map(({ path }) => path.slice(seen.folder.length))
  const file = modelFileOf(version, paths, fileName)
  const local = await store.fetch(seen.folder, files)
  try {
    const path = realFile(local.root, join(local.folder, file), `model "${model.name}"`)
    return {
      path,
      sizeBytes: files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
      [Symbol.asyncDispose]: () => local[Symbol.asyncDispose](),
    }
  } catch (error) {
    await local[Symbol.asyncDispose]()
    throw error
  }
}

const unusable = (version: string, rule: string, got: string) =>
  new SlipwayError('SLP-R8', `Cannot open version ${version}: ${rule}, got ${got}`)

function versionOf({ name, versions }: SeenModel, version: string): SeenVersion {
  const seen = versions.find((candidate) => candidate.version === version)
  if (!seen) {
    const got = JSON.stringify(version.slice(0, 200))
    throw new SlipwayError(
      'SLP-R2',
      `Cannot open version of model "${name}": the repository must have it, got ${got}`,
    )
  }
  const problem = problemOf(seen.files)
  if (problem !== undefined) throw unusable(version, 'its files must be usable', `"${problem}"`)
  return seen
}
