/** Why a model could not be opened once more, in words that clients may see. */
import { dirname } from 'node:path'
import { SlipwayError } from '@slipway/core'
import { withoutPaths } from '../source/model-file.ts'
import type { ModelFile } from './messages.ts'

/** Only errors of this project are known to name no files but those of the model. */
export function explain({ path }: ModelFile, error: unknown): string {
  const plain = withoutPaths(error, dirname(path))
  return plain instanceof SlipwayError ? plain.message : 'its successor could not be opened'
}
