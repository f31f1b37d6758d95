/** What stays in a program's worker from run to run, as seen from outside of it. */
import { SlipwayError } from '../base/errors.ts'
import type { Value } from '../base/value.ts'
import type { ProgramState, RunResult } from './engine.ts'
import type { WorkerPool } from './worker-pool.ts'

/** @param kept The outputs by the inputs that take their values. */
export function openProgramState(pool: WorkerPool, kept: ReadonlyMap<string, string>): ProgramState {
  const exchange = (inputs: ReadonlyMap<string, Value>, names: readonly string[]) =>
    new Promise<RunResult>((resolve, reject) => {
      for (const name of inputs.keys()) assertKept(name, kept)
      pool.add({
        inputs,
        exchange: names,
        give: false,
        outputs: [],
        seed: undefined,
        profile: false,
        signal: undefined,
        onProgress: undefined,
        resolve,
        reject,
      })
    })
  return {
    write: async (values) => void (await exchange(values, [])),
    read: async (names) => (await exchange(new Map(), names)).outputs,
  }
}

function assertKept(name: string, kept: ReadonlyMap<string, string>): void {
  if (kept.has(name)) return
  throw new SlipwayError('SLP-S1', `Cannot set state: the program must keep it, got "${name}"`)
}
