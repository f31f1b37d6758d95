/** A session as an executor, in the thread of the test. */
import { createSession, type Graph, type Tensor } from '@slipway/core'
import type { Executor } from '../contract/executor.ts'

export interface SessionExecutor extends Pick<Executor, 'run' | 'concurrency'>, AsyncDisposable {}

export async function sessionExecutor(model: Graph | Uint8Array): Promise<SessionExecutor> {
  const session = await createSession(model)
  return {
    concurrency: 1,
    async run(inputs, { outputs, signal }) {
      const results = await session.run(inputs, { outputs, signal, transfer: true })
      return new Map(outputs.map((name) => [name, results[name] as Tensor])) // the models of tests give tensors only
    },
    [Symbol.asyncDispose]: () => session.dispose(),
  }
}
