/** Manifests as JSON, which has no words for numbers that are not finite: they are written as text. */
import { SlipwayError } from '../../base/errors.ts'
import type { Manifest } from './checkpoint.ts'

const words: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
}

export function writeManifest(manifest: Manifest): string {
  const replace = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isFinite(value) ? String(value) : value
  return `${JSON.stringify(manifest, replace, 2)}\n`
}

/** Throws SLP-F1 for a text that is no manifest. */
export function readManifest(text: string): Manifest {
  const revive = (_: string, value: unknown) =>
    typeof value === 'string' && Object.hasOwn(words, value) ? words[value] : value
  try {
    const value: unknown = JSON.parse(text, revive)
    if (typeof value === 'object' && value !== null && 'format' in value) return value as Manifest // written by writeManifest
  } catch (cause) {
    throw malformed('it must be JSON', cause)
  }
  throw malformed('it must be an object that says its format', undefined)
}

function malformed(rule: string, cause: unknown): SlipwayError {
  return new SlipwayError('SLP-F1', `Cannot read the manifest of a checkpoint: ${rule}`, { cause })
}
