/** Real data, which is not part of the project: a folder beside it, or the one that SLIPWAY_DATA names. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'

export const dataFolder: string =
  process.env['SLIPWAY_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url))

/** The bytes of a file of the data folder, unpacked. */
export async function readData(name: string): Promise<Uint8Array> {
  const path = join(dataFolder, name)
  if (!existsSync(path))
    throw new Error(`Cannot read data: ${name} must be in ${dataFolder}; SLIPWAY_DATA names another folder`)
  const bytes = await readFile(path)
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

export async function readTextData(name: string): Promise<string> {
  return new TextDecoder().decode(await readData(name))
}
