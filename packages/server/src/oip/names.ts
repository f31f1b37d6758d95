/** Names that may come from outside and go into paths and URLs. */
import { SlipwayError } from '@slipway/core'

const modelName = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const versionName = /^[1-9][0-9]{0,15}$/

/** True for a name that is safe as a folder and as a part of a URL. */
export function isModelName(name: string): boolean {
  return modelName.test(name) && !name.includes('..')
}

/** Versions are positive integers without leading zeros. */
export function isVersion(name: string): boolean {
  return versionName.test(name)
}

/** Throws SLP-R4 for a name that no model can have. */
export function assertModelName(name: string): void {
  if (isModelName(name)) return
  throw new SlipwayError(
    'SLP-R4',
    `Cannot find model: a name has 1 to 128 letters, digits, "_", "-" and single ".", got ${JSON.stringify(name.slice(0, 200))}`,
  )
}
