/** Outputs of `slipway run` in files: `name=file` by the file's extension. */
import { writeFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { SlipwayError, type Value, writeNpy, writeValue } from '@slipway/core'
import { toJson } from './json.ts'
import { toNested } from './nested.ts'

type Writer = (value: Value, name: string) => Uint8Array | string

const writers: ReadonlyMap<string, Writer> = new Map<string, Writer>([
  [
    '.npy',
    (value, name) => {
      if (value.kind === 'tensor') return writeNpy(value)
      throw new SlipwayError(
        'SLP-C1',
        `Cannot save "${name}": an npy file holds a tensor, got a ${value.kind}`,
      )
    },
  ],
  ['.pb', (value) => writeValue(value)],
  ['.json', (value) => `${toJson(toNested(value))}\n`],
])

/** Throws SLP-C1 for an unknown output or extension, SLP-C2 where the file cannot be written. */
export async function writeOutput(text: string, results: Readonly<Record<string, Value>>): Promise<void> {
  const at = text.indexOf('=')
  const [name, path] = [text.slice(0, at), text.slice(at + 1)]
  const value = at < 0 || !Object.hasOwn(results, name) ? undefined : results[name]
  const write = writers.get(extname(path).toLowerCase())
  if (!value || !write) {
    const rule = `name one of ${Object.keys(results).join(', ')} and a file that ends in ${[...writers.keys()].join(', ')}`
    throw new SlipwayError('SLP-C1', `Cannot save output: ${rule}, got "${text}"`)
  }
  try {
    await writeFile(path, write(value, name))
  } catch (cause) {
    if (cause instanceof SlipwayError) throw cause
    throw new SlipwayError('SLP-C2', `Cannot write file "${path}"`, { cause })
  }
}
