/** Which file of a version is its model. */
import { realpathSync, statSync } from 'node:fs'
import { join, relative, sep } from 'node:path'
import { SlipwayError } from '@slipway/core'
import { assertInside } from './names-allowed.ts'

export const defaultFileName = 'model.onnx'

const refuse = (version: string, rule: string, got: string, remedy?: string) =>
  new SlipwayError('SLP-R8', `Cannot open version ${version}: ${rule}, got ${got}`, {
    ...(remedy !== undefined && { remedy }),
  })

/**
 * The model among the files of a version, relative to it: a file, or one of the same name in a folder of that name,
 * which is the form with external data. Without a name also the only ONNX file that there is.
 *
 * @throws SLP-R8 where there is none.
 */
export function modelFileOf(version: string, files: readonly string[], wanted: string | undefined): string {
  const name = wanted ?? defaultFileName
  assertInside(name)
  for (const candidate of [name, `${name}/${name.slice(name.lastIndexOf('/') + 1)}`])
    if (files.includes(candidate)) return candidate
  const others = files.filter((path) => path.endsWith('.onnx'))
  const inFolder = others.filter((path) => path.startsWith(`${name}/`))
  if (inFolder.length === 1) return inFolder[0]!
  const isDefault = name === defaultFileName
  if (isDefault && others.length === 1) return others[0]!
  const got =
    others.length === 0
      ? 'none'
      : others
          .slice(0, 5)
          .map((path) => `"${path}"`)
          .join(', ')
  const remedy = isDefault ? 'default_model_filename says what another file is called.' : undefined
  throw refuse(version, `it must have the model "${name}"`, got, remedy)
}

/**
 * The real path of a file inside a folder. Links are followed as long as they stay inside the root.
 *
 * @throws SLP-R8 for what leaves the root, SLP-C2 without its path where it cannot be read.
 */
export function realFile(root: string, path: string, what: string): string {
  let real: string
  try {
    real = realpathSync(path)
  } catch (cause) {
    throw new SlipwayError('SLP-R8', `Cannot read ${what}: it must exist, got no such file`, { cause })
  }
  const isInRoot = real === root || real.startsWith(root.endsWith(sep) ? root : root + sep)
  if (!isInRoot)
    throw new SlipwayError(
      'SLP-R8',
      `Cannot read ${what}: it must lie in the repository, got a link out of it`,
    )
  if (!statSync(real).isFile())
    throw new SlipwayError('SLP-R8', `Cannot read ${what}: it must be a file, got something else`)
  return real
}

/** The same error with paths relative to the folder. */
export function withoutPaths(error: unknown, folder: string): unknown {
  if (!(error instanceof SlipwayError)) return error
  const strip = (text: string) => text.replaceAll(join(folder, sep), '').replaceAll(folder, '.')
  const { path, remedy, cause: _, ...details } = error.details
  return new SlipwayError(error.code, strip(error.summary), {
    ...details,
    ...(path !== undefined && { path: path.startsWith(folder) ? relative(folder, path) : path }),
    ...(remedy !== undefined && { remedy: strip(remedy) }),
    cause: error,
  })
}
