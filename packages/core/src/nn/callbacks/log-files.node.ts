/** Logs of runs in files, and progress on the terminal. */
import { closeSync, fsyncSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileError, writeAll } from '../../formats/onnx/files.node.ts'
import type { Callback } from '../loop/callback.ts'
import { eventLog } from './event-file.ts'
import { progress } from './progress.ts'
import { runLog } from './run-log.ts'

/**
 * Appends the numbers of a run to a file of JSON lines. A run that goes on adds to the file; of lines for one step that
 * come twice the later one counts.
 *
 * @throws SLP-C2 where the file cannot be written.
 */
export function runLogFile(path: string, options: { readonly everyBatches?: number } = {}): Callback {
  const file = appending(() => path)
  return closing(
    runLog({ ...options, write: (line) => file.write(new TextEncoder().encode(`${line}\n`)) }),
    file,
  )
}

/**
 * Writes an event file of its own into a folder that TensorBoard watches.
 *
 * @throws SLP-C2 where the file cannot be written.
 */
export function tensorBoard(folder: string, options: { readonly everySteps?: number } = {}): Callback {
  const file = appending(() =>
    join(folder, `events.out.tfevents.${Math.floor(Date.now() / 1000)}.slipway.${process.pid}`),
  )
  return closing(eventLog({ ...options, write: file.write, nowSeconds: () => Date.now() / 1000 }), file)
}

/** Progress on standard error: one line on a terminal, lines elsewhere. */
export function terminalProgress(): Callback {
  const { stderr } = process
  return progress({
    write: (text) => void stderr.write(text),
    isTerminal: stderr.isTTY === true,
    columns: stderr.columns ?? 80,
  })
}

interface Appending {
  write(bytes: Uint8Array): void
  close(): void
}

/** A file that is opened when something is written. */
function appending(pathOf: () => string): Appending {
  let fd: number | undefined
  return {
    write(bytes) {
      const path = pathOf()
      try {
        if (fd === undefined) {
          mkdirSync(dirname(path), { recursive: true })
          fd = openSync(path, 'a')
        }
        writeAll(fd, bytes)
      } catch (error) {
        throw fileError('write', path, error)
      }
    },
    close() {
      if (fd === undefined) return
      fsyncSync(fd)
      closeSync(fd)
      fd = undefined
    },
  }
}

function closing(callback: Callback, file: Appending): Callback {
  return {
    ...callback,
    async onTrainEnd(run, logs) {
      await callback.onTrainEnd?.(run, logs)
      file.close()
    },
  }
}
