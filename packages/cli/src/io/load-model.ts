import { dirname, extname } from 'node:path'
import {
  type ModelProto,
  type OnnxModel,
  parseModel,
  type ReadOptions,
  type ResolveExternal,
  readModelProto,
  SlipwayError,
} from '@slipway/core'
import { folderResolver } from '@slipway/core/node'
import type { ModelSource } from '@slipway/core/verify'
import { readBytes } from './read-file.ts'

/** The messages of a model file, and the door to the external data beside it. */
export interface ModelFile {
  readonly model: ModelProto
  readonly resolveExternal: ResolveExternal
}

export interface LoadedModel {
  readonly model: ModelProto
  readonly read: OnnxModel
}

/** Throws SLP-C2 where the file cannot be read, and as `parseModel` does. */
export async function parseModelFile(path: string): Promise<ModelFile> {
  const bytes = await readBytes(path)
  return { model: parseAs(path, bytes), resolveExternal: folderResolver(dirname(path)) }
}

/** The bytes of a model file and the door to the data beside it, nothing of them read yet. Throws SLP-C2. */
export async function openModelFile(path: string): Promise<ModelSource> {
  return { bytes: await readBytes(path), resolveExternal: folderResolver(dirname(path)), label: path }
}

/** A model with the external data of its own folder. */
export async function loadModel(path: string, options: ReadOptions = {}): Promise<LoadedModel> {
  const { model, resolveExternal } = await parseModelFile(path)
  return { model, read: readModelProto(model, { resolveExternal, ...options }) }
}

/** A file that ends in something else than .onnx and cannot be read is not damaged, but of another kind. */
function parseAs(path: string, bytes: Uint8Array): ModelProto {
  try {
    return parseModel(bytes)
  } catch (cause) {
    const extension = extname(path).toLowerCase()
    const isKnown = cause instanceof SlipwayError && (cause.code.startsWith('SLP-L') || cause.details.cause)
    if (isKnown || extension === '.onnx') throw cause
    const got = bytes.length === 0 ? 'an empty file' : `a file that ends in "${extension}"`
    throw new SlipwayError('SLP-F1', `Cannot read "${path}": it must be an ONNX model, got ${got}`, {
      remedy: 'Export the model to ONNX.',
      cause,
    })
  }
}
