/** An executor whose runs end when a test says so. */
import type { Tensor } from '@slipway/core'
import type { Executor } from '../contract/executor.ts'

export interface FakeRun {
  readonly inputs: ReadonlyMap<string, Tensor>
  readonly outputs: readonly string[]
  readonly signal: AbortSignal
  /** Ends it with what the model makes of the inputs. */
  finish(): void
  fail(error: Error): void
}

export type FakeModel = (inputs: ReadonlyMap<string, Tensor>) => ReadonlyMap<string, Tensor>

export interface FakeExecutor extends Pick<Executor, 'run' | 'concurrency'> {
  /** Every run so far, ended or not. */
  readonly runs: readonly FakeRun[]
  /** How many are under way now, and were at most. */
  readonly busy: number
  readonly mostBusy: number
}

/** The output `y` is the input `x`. */
export const echo: FakeModel = (inputs) => new Map([['y', inputs.get('x')!]])

export function fakeExecutor(
  concurrency = 1,
  model: FakeModel = echo,
  onRun: (inputs: ReadonlyMap<string, Tensor>) => void = () => {},
): FakeExecutor {
  const runs: FakeRun[] = []
  let busy = 0
  let mostBusy = 0
  return {
    concurrency,
    runs,
    get busy() {
      return busy
    },
    get mostBusy() {
      return mostBusy
    },
    run(inputs, { outputs, signal }) {
      onRun(inputs)
      busy += 1
      mostBusy = Math.max(mostBusy, busy)
      const ended = new Promise<ReadonlyMap<string, Tensor>>((resolve, reject) => {
        const finish = () => resolve(model(inputs))
        runs.push({ inputs, outputs, signal, finish, fail: reject })
      })
      return ended.finally(() => {
        busy -= 1
      })
    },
  }
}
