/** Names of classes, one a line, as the files have them that outputs name. */
import type { ModelConfig } from '../proto/model_config_pb.ts'
import { configError } from './config-error.ts'

const mostLabels = 1_000_000

/** The labels of each output that has a file. Throws SLP-R19 for what is no text, and what `readFile` throws. */
export async function readLabels(
  { output }: ModelConfig,
  readFile: (path: string) => Promise<Uint8Array>,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const named = output.filter(({ labelFilename }) => labelFilename !== '')
  const entries = await Promise.all(
    named.map(
      async ({ name, labelFilename }) =>
        [name, parseLabels(await readFile(labelFilename), labelFilename)] as const,
    ),
  )
  return new Map(entries)
}

/** Lines without what surrounds them; empty lines count, but not those at the end. */
export function parseLabels(bytes: Uint8Array, fileName: string): readonly string[] {
  const place = { what: `labels of ${JSON.stringify(fileName)}`, path: '' }
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw configError(place, 'they must be UTF-8', 'other bytes')
  }
  const lines = text.trimEnd().split('\n')
  if (lines.length > mostLabels)
    throw configError(place, `there may be ${mostLabels} at most`, String(lines.length))
  return text.trim() === '' ? [] : lines.map((line) => line.trim())
}
