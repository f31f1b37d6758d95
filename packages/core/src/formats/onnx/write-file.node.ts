/**
 * ONNX files on disk, weights beside them if wanted. Everything is written under temporary names and gets its
 * own name last, so a file that was there before is whole until the new one is.
 */
import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { SlipwayError } from '../../base/errors.ts'
import type { Graph } from '../../ir/graph.ts'
import { checkLocation } from './external-data.ts'
import { fileError, writeAll } from './files.node.ts'
import { type WriteOptions, writeOnnx } from './write.ts'
import type { StoreExternal } from './write-tensor.ts'

export interface ExternalWriteOptions {
  /** Tensors of fewer bytes stay in the model; 1024 unless given. */
  readonly thresholdBytes?: number
  /** Every tensor begins at a multiple of this; 4096 unless given, 65536 lets Windows map the file. */
  readonly alignmentBytes?: number
  /** Name of the data file in the model's folder; the model's with `.data` unless given. */
  readonly fileName?: string
}

export interface WriteFileOptions extends Omit<WriteOptions, 'storeExternal'> {
  /** Absent: weights stay in the model. */
  readonly external?: ExternalWriteOptions | undefined
}

/**
 * Writes a model, replacing the file that was there. Of the two files the data comes first: a crash in between
 * leaves the old model beside new data, never a half-written file.
 *
 * @throws SLP-C2 where a file cannot be written, SLP-B4 for an alignment that is not positive, and as writeOnnx.
 */
export function writeOnnxFile(
  path: string,
  graph: Graph,
  { external, ...options }: WriteFileOptions = {},
): void {
  const parts: Part[] = []
  try {
    const data = external && openData(path, external, parts)
    const bytes = writeOnnx(graph, data ? { ...options, storeExternal: data } : options)
    writeAll(openPart(path, parts).fd, bytes)
    for (const { fd } of parts) fsyncSync(fd)
    for (const part of parts) {
      closeSync(part.fd)
      part.open = false
    }
    for (const part of parts) {
      if (part.used) renameSync(part.temporary, part.path)
    }
  } catch (error) {
    if (error instanceof SlipwayError) throw error
    throw fileError('write', path, error)
  } finally {
    for (const { fd, open, temporary } of parts) {
      if (open) closeSync(fd)
      rmSync(temporary, { force: true })
    }
  }
}

interface Part {
  readonly path: string
  readonly temporary: string
  readonly fd: number
  open: boolean
  /** False for a data file that no tensor went into. */
  used: boolean
}

function openPart(path: string, parts: Part[], used = true): Part {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.tmp`)
  // 'wx' refuses a file or link that is already there.
  const part: Part = { path, temporary, fd: openSync(temporary, 'wx'), open: true, used }
  parts.push(part)
  return part
}

function openData(
  path: string,
  { thresholdBytes = 1024, alignmentBytes = 4096, fileName = `${basename(path)}.data` }: ExternalWriteOptions,
  parts: Part[],
): StoreExternal {
  if (!Number.isSafeInteger(alignmentBytes) || alignmentBytes < 1)
    throw new SlipwayError(
      'SLP-B4',
      `Cannot write file: alignment must be a positive integer, got ${alignmentBytes}`,
    )
  checkLocation('', fileName)
  if (fileName.includes('/'))
    throw new SlipwayError('SLP-X2', `Cannot write file: data must lie beside the model, got ${fileName}`)
  const part = openPart(join(dirname(path), fileName), parts, false)
  let end = 0
  return (_, data) => {
    if (data.length < thresholdBytes) return undefined
    const offset = Math.ceil(end / alignmentBytes) * alignmentBytes
    writeAll(part.fd, new Uint8Array(offset - end))
    writeAll(part.fd, data)
    end = offset + data.length
    part.used = true
    return { location: fileName, offset }
  }
}
