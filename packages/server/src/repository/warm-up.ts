/** Runs a version before anybody waits for it. */
import { SlipwayError, type Tensor } from '@slipway/core'
import { type WarmupOptions, type WarmupRun, warmupRuns } from '../config/warmup.ts'
import type { Executor } from '../contract/executor.ts'

/** Every sample on every instance. Throws SLP-R8 where a sample fails that the configuration asks for. */
export async function warmUp(executor: Executor, options: WarmupOptions): Promise<void> {
  const outputs = executor.outputs.map(({ name }) => name)
  const signal = new AbortController().signal
  for (const sample of await warmupRuns(options)) {
    try {
      for (let round = 0; round < sample.count; round++) {
        const runs = Array.from({ length: executor.concurrency }, () =>
          executor.run(copyOf(sample.inputs), { outputs, signal }),
        )
        await Promise.all(runs)
      }
    } catch (error) {
      refuse(sample, error)
    }
  }
}

/** Executors take the memory of their inputs over. */
function copyOf(inputs: WarmupRun['inputs']): ReadonlyMap<string, Tensor> {
  return new Map([...inputs].map(([name, value]) => [name, structuredClone(value)]))
}

function refuse({ name, isRequired }: WarmupRun, error: unknown): void {
  const isRefusal = error instanceof SlipwayError && error.code !== 'SLP-S8'
  if (isRefusal && !isRequired) return
  const text = error instanceof SlipwayError ? `${error.code}: ${error.summary}` : String(error)
  throw new SlipwayError('SLP-R8', `Cannot warm up "${name}": it must run, got "${text}"`, { cause: error })
}
