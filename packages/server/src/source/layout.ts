/**
 * The three layouts of models in a store: a repository `<model>/<version>/model.onnx`, one model
 * `<version>/model.onnx`, and one model `model.onnx` alone. The last two have no name in them, so it is given.
 */
import { isModelName, isVersion } from '../oip/names.ts'
import type { SeenFile } from './fingerprint.ts'
import { isUnfinished } from './names-allowed.ts'

export interface SeenModel {
  readonly name: string
  /** Empty, or ends with `/`; so do the folders of versions. */
  readonly folder: string
  /** Files outside the versions; all paths are those of the store. */
  readonly own: readonly SeenFile[]
  /** In ascending order. */
  readonly versions: readonly SeenVersion[]
}

export interface SeenVersion {
  readonly version: string
  readonly folder: string
  readonly files: readonly SeenFile[]
}

export const configNames = ['config.pbtxt', 'slipway.yaml'] as const

/** The models in order of their names; names that no model can have are not models. */
export function modelsOf(all: readonly SeenFile[], single: string | undefined): SeenModel[] {
  const files = all.filter(({ path }) => !path.split('/').some((part) => part !== '' && isUnfinished(part)))
  if (single !== undefined && !files.some(({ path }) => path.startsWith(`${single}/`)))
    return [singleModel(single, files)]
  const models = new Map<string, SeenFile[]>()
  for (const file of files) {
    const name = firstFolder(file.path)
    if (name !== undefined && isModelName(name)) add(models, name, file)
  }
  return [...models]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, own]) => versionedModel(name, `${name}/`, own))
}

function singleModel(name: string, files: readonly SeenFile[]): SeenModel {
  const isVersioned = files.some(({ path }) => isVersion(firstFolder(path) ?? ''))
  const isFlat = !isVersioned && files.some(({ path }) => /^[^/]+\.onnx(?:\/|$)/i.test(path))
  if (!isFlat) return versionedModel(name, '', files)
  const isConfig = ({ path }: SeenFile) => configNames.some((config) => config === path)
  const version = { version: '1', folder: '', files: files.filter((file) => !isConfig(file)) }
  return { name, folder: '', own: files.filter(isConfig), versions: [version] }
}

function versionedModel(name: string, folder: string, files: readonly SeenFile[]): SeenModel {
  const versions = new Map<string, SeenFile[]>()
  const own: SeenFile[] = []
  for (const file of files) {
    const first = firstFolder(file.path.slice(folder.length))
    if (first !== undefined && isVersion(first)) add(versions, first, file)
    else own.push(file)
  }
  const list = [...versions].map(([version, inside]) => ({
    version,
    folder: `${folder}${version}/`,
    files: inside,
  }))
  return { name, folder, own, versions: list.sort((a, b) => Number(a.version) - Number(b.version)) }
}

/** `a` of `a/b` and of `a/`; undefined for a file at the top. */
function firstFolder(path: string): string | undefined {
  const end = path.indexOf('/')
  return end > 0 ? path.slice(0, end) : undefined
}

function add<T>(lists: Map<string, T[]>, key: string, entry: T): void {
  const list = lists.get(key)
  if (list) list.push(entry)
  else lists.set(key, [entry])
}
