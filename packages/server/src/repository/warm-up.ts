/** Runs a version before anybody waits for it. */
import { SlipwayError } from '@slipway/core'
import { type WarmupOptions, type WarmupRun, warmupRuns } from '../config/warmup.ts'
import type { Executor } from '../contract/executor.ts'
import { copyTensors } from '../scheduler/tensor-rows.ts'

/** Every sample on every instance. Throws SLP-R8 where a sample fails that the configuration asks for. */
export async function warmUp(executor: Executor, options: WarmupOptions): Promise<void> {
  const outputs = executor.outputs.map(({ name }) => name)
  const signal = new AbortController().signal
  for (const sample of await warmupRuns(options)) {
    try {
      for (let round = 0; round < sample.count; round++) {
        // Executors take the memory of their inputs over.
        const runs = Array.from({ length: executor.concurrency }, () =>
          executor.run(copyTensors(sample.inputs), { outputs, signal }),
        )
        await Promise.all(runs)
      }
    } catch (error) {
      refuse(sample, error)
    }
  }
}

function refuse({ name, isRequired }: WarmupRun, error: unknown): void {
  const isRefusal = error instanceof SlipwayError && error.code !== 'SLP-S8'
  if (isRefusal && !isRequired) return
  const text = error instanceof SlipwayError ? `${error.code}: ${error.summary}` : String(error)
  throw new SlipwayError('SLP-R8', `Cannot warm up "${name}": it must run, got "${text}"`, { cause: error })
}
