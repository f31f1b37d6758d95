/**
 * ONNX files on disk, weights beside them if wanted. Everything is written under temporary names and gets its
 * own name last, so a file that was there before is whole until the new one is.
 */
import { randomUUID } from 'node:crypto'
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { create } from '@bufbuild/protobuf'
import { SlipwayError } from '../../base/errors.ts'
import type { Graph } from '../../ir/graph.ts'
import { DataLocation } from './enums.ts'
import { checkLocation } from './external-data.ts'
import { fileError, writeAll } from './files.node.ts'
import { type ModelProto, StringStringEntryProtoSchema } from './onnx_pb.ts'
import { withFields } from './with-fields.ts'
import { serializeModel, type WriteOptions, writeOnnx } from './write.ts'
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
  writeParts(path, external, (data) => writeOnnx(graph, data ? { ...options, storeExternal: data } : options))
}

/** Writes a message as it is, but for weights that go into a file of their own. Throws as writeOnnxFile does. */
export function writeModelFile(
  path: string,
  model: ModelProto,
  { external }: Pick<WriteFileOptions, 'external'> = {},
): void {
  writeParts(path, external, (data) => serializeModel(data ? withExternal(model, data) : model))
}

function withExternal(model: ModelProto, store: StoreExternal): ModelProto {
  const { graph } = model
  if (!graph) return model
  const initializer = graph.initializer.map((tensor) => {
    const place = tensor.rawData.length > 0 ? store(tensor.name, tensor.rawData) : undefined
    if (!place) return tensor
    const entries = {
      location: place.location,
      offset: String(place.offset),
      length: String(tensor.rawData.length),
    }
    return withFields(tensor, {
      rawData: new Uint8Array(),
      dataLocation: DataLocation.EXTERNAL,
      externalData: Object.entries(entries).map(([key, value]) =>
        create(StringStringEntryProtoSchema, { key, value }),
      ),
    })
  })
  return withFields(model, { graph: withFields(graph, { initializer }) })
}

function writeParts(
  path: string,
  external: ExternalWriteOptions | undefined,
  make: (data: StoreExternal | undefined) => Uint8Array,
): void {
  const parts: Part[] = []
  try {
    const data = external && openData(path, external, parts)
    const bytes = make(data)
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
