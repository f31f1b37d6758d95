/** A repository over files of a test, with all that it emits. */
import { type Tensor, tensor } from '@slipway/core'
import type { ServerEvent } from '../contract/event.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import { openRepository } from '../repository/repository.ts'
import type { RepositoryOptions } from '../repository/repository-options.ts'
import { createScheduler } from '../scheduler/create-scheduler.ts'
import { folderSource } from '../source/folder-source.ts'

export async function repositoryAt(root: string, options: Partial<RepositoryOptions> = {}) {
  const events: ServerEvent[] = []
  const repository = await openRepository({
    source: await folderSource(root, { settleMs: 0 }),
    mode: 'none',
    execution: { mode: 'inline', threads: 1 },
    createScheduler,
    observe: (event) => events.push(event),
    ...options,
  })
  const ofKind = <K extends ServerEvent['kind']>(kind: K) =>
    events.filter((event): event is Extract<ServerEvent, { kind: K }> => event.kind === kind)
  return { repository, events, ofKind }
}

/** What `pairGraph` gives for 10 and 20, and 1 and 2. */
export async function runPair(served: ServedVersion): Promise<readonly number[]> {
  const floats = (...data: number[]): Tensor => tensor('float32', [1, 2], Float32Array.from(data))
  const { outputs } = await served.scheduler.submit({
    inputs: new Map([
      ['a', floats(10, 20)],
      ['b', floats(1, 2)],
    ]),
    outputs: ['sum'],
    parameters: new Map(),
    signal: new AbortController().signal,
    deadlineMs: undefined,
  })
  return Array.from(outputs.get('sum')!.data as Float32Array) // declared float32
}
