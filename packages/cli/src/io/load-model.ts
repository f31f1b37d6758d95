import { dirname } from 'node:path'
import { type ModelProto, type OnnxModel, parseModel, type ReadOptions, readModelProto } from '@slipway/core'
import { folderResolver } from '@slipway/core/node'
import { readBytes } from './read-file.ts'

export interface LoadedModel {
  readonly model: ModelProto
  readonly read: OnnxModel
}

/** A model with the external data of its own folder. */
export async function loadModel(path: string, options: ReadOptions = {}): Promise<LoadedModel> {
  const model = parseModel(await readBytes(path))
  return {
    model,
    read: readModelProto(model, { resolveExternal: folderResolver(dirname(path)), ...options }),
  }
}
