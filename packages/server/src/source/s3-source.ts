/** Models in an S3-compatible store. */
import { type SourceOptions, sourceOver } from './open-source.ts'
import { s3OptionsOf } from './s3-options.ts'
import { type S3StoreOptions, s3Store } from './s3-store.ts'
import type { ModelSource } from './source.ts'

/** Opens a repository in a bucket, or the place of one model that `modelName` gives a name. */
export function s3Source(options: S3StoreOptions & SourceOptions): ModelSource {
  return sourceOver(s3Store(options), options)
}

/** The same for a URL, with everything else from variables of the environment. Throws SLP-R8 for a URL that is none. */
export function s3SourceOf(
  url: string,
  environment: Readonly<Record<string, string | undefined>>,
  options: Partial<S3StoreOptions> & SourceOptions = {},
): ModelSource {
  return s3Source({ ...s3OptionsOf(url, environment), ...options })
}
