/**
 * Checkpoints in a folder, each in a folder of its own that gets its name once all of it is on the disk: whenever the
 * process or the machine ends, what has a name is whole.
 */
import { randomUUID } from 'node:crypto'
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { join } from 'node:path'
import { fileError, writeAll } from '../../formats/onnx/files.node.ts'
import { readSafetensors } from '../../formats/safetensors/read.ts'
import { writeSafetensors } from '../../formats/safetensors/write.ts'
import type { Checkpoint, CheckpointStore } from './checkpoint.ts'
import { readManifest, writeManifest } from './manifest-text.ts'

export interface CheckpointFolderOptions {
  /** The newest ones that are kept, beside the best one; 3 unless given. */
  readonly keep?: number
}

/**
 * Keeps checkpoints in a folder, which is made where there is none. One process at a time may write to it. Each holds
 * `model.safetensors`, whose names are those of the module's variables, `optimizer.safetensors`,
 * `callbacks.safetensors` and `manifest.json`; the file `best` says which is the best one.
 *
 * @throws SLP-C2 where a file cannot be read or written, SLP-F1, SLP-F2 and SLP-F5 for a file that is damaged.
 * @example
 * const store = checkpointFolder('runs/digits', { keep: 2 })
 * // await fit({ …, checkpoint: { store, everySteps: 500 } })
 */
export function checkpointFolder(path: string, { keep = 3 }: CheckpointFolderOptions = {}): CheckpointStore {
  const guarded = <T>(action: string, use: () => T): T => {
    try {
      return use()
    } catch (error) {
      if (error instanceof Error && 'syscall' in error) throw fileError(action, path, error)
      throw error
    }
  }
  return {
    save: async (checkpoint, { isBest }) => guarded('write', () => save(path, checkpoint, isBest, keep)),
    latest: async () =>
      guarded('read', () => {
        const newest = namesIn(path).at(-1)
        return newest === undefined ? undefined : load(join(path, newest))
      }),
    best: async () =>
      guarded('read', () => {
        const best = bestIn(path)
        return best === undefined ? undefined : load(join(path, best))
      }),
  }
}

const unnamed = '.writing-'

function save(path: string, checkpoint: Checkpoint, isBest: boolean, keep: number): void {
  mkdirSync(path, { recursive: true })
  // What a process left that was ended while it wrote.
  for (const name of readdirSync(path))
    if (name.startsWith(unnamed)) rmSync(join(path, name), { recursive: true, force: true })
  const { manifest, model, optimizer, callbacks } = checkpoint
  const names = namesIn(path)
  const number = Number.parseInt(names.at(-1) ?? '0', 10) + 1
  const { epoch, batch, step } = manifest
  const name = `${String(number).padStart(6, '0')}-epoch-${epoch}-batch-${batch}-step-${step}`
  const temporary = join(path, `${unnamed}${randomUUID()}`)
  mkdirSync(temporary)
  writeWhole(join(temporary, 'model.safetensors'), writeSafetensors(model, new Map([['format', 'pt']])))
  writeWhole(join(temporary, 'optimizer.safetensors'), writeSafetensors(optimizer))
  writeWhole(join(temporary, 'callbacks.safetensors'), writeSafetensors(callbacks))
  writeWhole(join(temporary, 'manifest.json'), new TextEncoder().encode(writeManifest(manifest)))
  syncFolder(temporary)
  renameSync(temporary, join(path, name))
  if (isBest) {
    const pointer = join(path, `${unnamed}best`)
    writeWhole(pointer, new TextEncoder().encode(`${name}\n`))
    renameSync(pointer, join(path, 'best'))
  }
  syncFolder(path)
  const best = bestIn(path)
  for (const old of [...names, name].slice(0, -Math.max(keep, 1)))
    if (old !== best) rmSync(join(path, old), { recursive: true, force: true })
}

/** Names of checkpoints, the oldest first. */
function namesIn(path: string): readonly string[] {
  const entries = ifPresent(() => readdirSync(path)) ?? []
  const numberOf = (name: string) => Number.parseInt(name, 10)
  return entries.filter((name) => /^\d+-epoch-/.test(name)).sort((a, b) => numberOf(a) - numberOf(b))
}

function bestIn(path: string): string | undefined {
  const name = ifPresent(() => readFileSync(join(path, 'best'), 'utf8'))?.trim()
  return namesIn(path).find((one) => one === name)
}

function load(path: string): Checkpoint {
  const read = (name: string) => readSafetensors(readFileSync(join(path, name))).tensors
  return {
    manifest: readManifest(readFileSync(join(path, 'manifest.json'), 'utf8')),
    model: read('model.safetensors'),
    optimizer: read('optimizer.safetensors'),
    callbacks: read('callbacks.safetensors'),
  }
}

function ifPresent<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}

function writeWhole(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, 'w')
  try {
    writeAll(fd, bytes)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** The names in a folder are on the disk after this, where the system lets folders be opened: Windows does not. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
