/**
 * Files in an S3-compatible store. An object appears at once and whole, but a model may have several; what is opened
 * is copied to a temporary folder, and the copies together are bounded.
 */
import { createWriteStream } from 'node:fs'
import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { SlipwayError } from '@slipway/core'
import type { SeenFile } from './fingerprint.ts'
import { isInside } from './names-allowed.ts'
import { bytesOf, type S3Client, type S3ClientOptions, s3Client } from './s3-client.ts'
import type { S3Object } from './s3-xml.ts'
import type { FileStore, LocalFolder } from './store.ts'
import { temporaryFolder } from './temporary-folder.ts'

export interface S3StoreOptions extends S3ClientOptions {
  /** Bytes that copies of versions may take on this machine at one time; 64 GiB unless given. */
  readonly mostLocalBytes?: number | undefined
  /** Milliseconds since the epoch, by which ages of objects are told. */
  readonly nowMs?: (() => number) | undefined
  /** Where the copies lie; the system's folder for temporary files unless given. */
  readonly temporaryFolder?: string | undefined
}

const defaultMostLocalBytes = 64 * 2 ** 30
const mostObjects = 200_000
const downloads = 4

/** Nothing is asked of the store before the first call. */
export function s3Store(options: S3StoreOptions): FileStore {
  const { prefix } = options.location
  const client = s3Client(options)
  const room = openRoom(options.mostLocalBytes ?? defaultMostLocalBytes)

  return {
    async list(folder) {
      const files = (await listAll(client, prefix + folder, options.nowMs)).flatMap((object) =>
        seenFile(object, prefix),
      )
      return files.length === 0 && folder !== '' ? undefined : files
    },
    read: (path, mostBytes) =>
      client.get(prefix + path, {}, async (chunks) => bytesOf(bounded(chunks, path, mostBytes))),
    async fetch(folder, files) {
      const free = room.take(files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0))
      const target = await temporaryFolder(options.temporaryFolder).catch((error) => {
        free()
        throw error
      })
      const remove = async () => {
        await rm(target, { recursive: true, force: true })
        free()
      }
      try {
        await download(client, { prefix, folder, target }, files)
      } catch (error) {
        await remove()
        throw error
      }
      return { folder: target, root: target, [Symbol.asyncDispose]: remove } satisfies LocalFolder
    },
    [Symbol.asyncDispose]: async () => {},
  }
}

interface Listed extends S3Object {
  /** How far the clock of the store is behind this machine's. */
  readonly behindMs: number
}

async function listAll(client: S3Client, prefix: string, nowMs = Date.now): Promise<Listed[]> {
  const objects: Listed[] = []
  let token: string | undefined
  do {
    const page = await client.list(prefix, token)
    const behindMs = Number.isNaN(page.dateMs) ? 0 : nowMs() - page.dateMs
    objects.push(...page.objects.map((object) => ({ ...object, behindMs })))
    if (objects.length > mostObjects) {
      const rule = `it may have ${mostObjects} objects at most`
      throw new SlipwayError('SLP-R8', `Cannot read model repository: ${rule}, got more`)
    }
    token = page.next
  } while (token !== undefined)
  return objects
}

/** Keys that are no relative paths are not files of a repository. */
function seenFile({ key, sizeBytes, etag, modifiedMs, behindMs }: Listed, prefix: string): SeenFile[] {
  const path = key.slice(prefix.length)
  const isMark = path.endsWith('/')
  if (!isInside(isMark ? path.slice(0, -1) : path)) return []
  return [{ path, sizeBytes, tag: isMark ? '' : etag, changedMs: modifiedMs + behindMs }]
}

async function* bounded(
  chunks: AsyncIterable<Uint8Array>,
  path: string,
  mostBytes: number,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    if (bytes > mostBytes)
      throw new SlipwayError(
        'SLP-R8',
        `Cannot read "${path}": it may have ${mostBytes} bytes at most, got more`,
      )
    yield chunk
  }
}

/** Bytes that may be taken at one time. */
function openRoom(mostBytes: number) {
  let taken = 0
  return {
    take(bytes: number): () => void {
      if (taken + bytes > mostBytes) {
        const rule = `copies may take ${mostBytes} bytes at one time`
        throw new SlipwayError(
          'SLP-L1',
          `Cannot copy version from object store: ${rule}, got ${taken + bytes}`,
        )
      }
      taken += bytes
      let isFree = false
      return () => {
        if (!isFree) taken -= bytes
        isFree = true
      }
    },
  }
}

interface Download {
  readonly prefix: string
  readonly folder: string
  readonly target: string
}

/** A few objects at a time; the first failure ends the others. */
async function download(client: S3Client, work: Download, files: readonly SeenFile[]): Promise<void> {
  const stop = new AbortController()
  const { signal } = stop
  const waiting = [...files]
  const lane = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      signal.throwIfAborted()
      await downloadOne(client, work, file, signal)
    }
  }
  const lanes = Array.from({ length: downloads }, () =>
    lane().catch((error) => {
      stop.abort(error)
      throw error
    }),
  )
  const results = await Promise.allSettled(lanes)
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw stop.signal.aborted ? stop.signal.reason : failed.reason
}

async function downloadOne(
  client: S3Client,
  work: Download,
  { path, sizeBytes, tag }: SeenFile,
  signal: AbortSignal,
): Promise<void> {
  const file = join(work.target, path.slice(work.folder.length))
  await mkdir(dirname(file), { recursive: true })
  const written = await client.get(work.prefix + path, { etag: tag, signal }, async (chunks) => {
    await pipeline(Readable.from(chunks), createWriteStream(file))
    return (await stat(file)).size
  })
  if (written === sizeBytes) return
  const got = written === undefined ? 'another' : `${written} bytes`
  throw new SlipwayError(
    'SLP-R8',
    `Cannot copy version from object store: "${path}" must be the object that was listed, got ${got}`,
  )
}
