/** A source by its address. */
import { folderSource } from './folder-source.ts'
import type { SourceOptions } from './open-source.ts'
import { isS3Url } from './s3-options.ts'
import { s3SourceOf } from './s3-source.ts'
import type { ModelSource } from './source.ts'

/** `s3://…` is a bucket, anything else a folder of this machine. Throws what `folderSource` and `s3SourceOf` throw. */
export async function sourceOf(
  address: string,
  environment: Readonly<Record<string, string | undefined>>,
  options: SourceOptions = {},
): Promise<ModelSource> {
  return isS3Url(address) ? s3SourceOf(address, environment, options) : folderSource(address, options)
}
