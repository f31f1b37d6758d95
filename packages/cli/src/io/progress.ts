/** A progress bar for what takes longer than a second, where people watch. */
import { type Options, SingleBar } from 'cli-progress'
import type { Terminal } from './terminal.ts'

interface Progress {
  /** `done` of `total` steps are behind us. */
  update(done: number, total: number): void
  stop(): void
}

/** Runs `work` with a bar called `label`, which is gone at the end. */
export async function withProgress<T>(
  label: string,
  terminal: Terminal,
  work: (onProgress: ((done: number, total: number) => void) | undefined) => Promise<T>,
): Promise<T> {
  if (!terminal.interactive) return work(undefined)
  const bar = progressBar(label)
  try {
    return await work(bar.update)
  } finally {
    bar.stop()
  }
}

const delayMs = 1000

/** Shows `label` with a bar once a second has passed. */
function progressBar(label: string): Progress {
  const options: Options = {
    format: `${label} {bar} {percentage}% | {eta_formatted}`,
    stream: process.stderr,
    clearOnComplete: true,
    hideCursor: true,
  }
  const bar = new SingleBar(options)
  const startedMs = performance.now()
  let shown = false
  return {
    update(done, total) {
      if (!shown && performance.now() - startedMs < delayMs) return
      if (!shown) bar.start(total, done)
      shown = true
      bar.update(done)
    },
    stop: () => {
      if (shown) bar.stop()
    },
  }
}
