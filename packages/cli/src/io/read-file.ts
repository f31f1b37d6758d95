import { readFile } from 'node:fs/promises'
import { SlipwayError } from '@slipway/core'

/** The bytes of a file. Throws SLP-C2. */
export async function readBytes(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path)
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new SlipwayError('SLP-C2', `Cannot read file "${path}": it must be a readable file, got ${why}`, {
      cause,
    })
  }
}
