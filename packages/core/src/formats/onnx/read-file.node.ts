/** ONNX files on disk, with external data from their own folder. */
import { dirname } from 'node:path'
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits, type Limits } from '../../base/limits.ts'
import type { Graph } from '../../ir/graph.ts'
import { type FolderOptions, folderResolver } from './external-data.node.ts'
import { fileError, readRange, withFile } from './files.node.ts'
import { type OnnxModel, type ReadOptions, readModel } from './read.ts'

export interface ReadFileOptions extends Omit<ReadOptions, 'mayOverwriteBytes'>, FolderOptions {}

/**
 * The model in a file. Nothing of the file is copied in memory beyond the one reading of it.
 *
 * @throws SLP-C2 where the file cannot be read, and as readOnnx and folderResolver do.
 */
export function readModelFile(path: string, { sha256, ...options }: ReadFileOptions = {}): OnnxModel {
  const bytes = readFileBytes(path, options.limits)
  const resolveExternal = options.resolveExternal ?? folderResolver(dirname(path), sha256 ? { sha256 } : {})
  return readModel(bytes, { ...options, resolveExternal, mayOverwriteBytes: true })
}

/**
 * The graph in a file.
 *
 * @example
 * const graph = readOnnxFile('model.onnx')
 */
export function readOnnxFile(path: string, options: ReadFileOptions = {}): Graph {
  return readModelFile(path, options).graph
}

function readFileBytes(path: string, { fileBytes }: Limits = defaultLimits): Uint8Array {
  try {
    return withFile(path, { follow: true }, (file) => {
      if (!file.stats.isFile())
        throw new SlipwayError('SLP-C2', 'Cannot read file: it must be a regular file, got something else', {
          path,
        })
      if (file.stats.size <= fileBytes) return readRange(file, path, 0, file.stats.size)
      const rule = `it may have ${fileBytes} bytes at most`
      throw new SlipwayError('SLP-L1', `Cannot read file: ${rule}, got ${file.stats.size}`, { path })
    })
  } catch (error) {
    if (error instanceof SlipwayError) throw error
    throw fileError('read', path, error)
  }
}
