/** A repository over files of a test, with all that it emits. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Tensor, tensor, writeOnnx } from '@slipway/core'
import type { ServerEvent } from '../contract/event.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import { openRepository, type Repository } from '../repository/repository.ts'
import type { RepositoryOptions } from '../repository/repository-options.ts'
import { createScheduler } from '../scheduler/create-scheduler.ts'
import { folderSource } from '../source/folder-source.ts'
import { type Fixture, pairGraph, repositoryWith } from './fixture.ts'

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

export const added = [11, 22]
export const subtracted = [9, 18]
/** Files of models whose `sum` is that of their inputs, or their difference. */
export const addFile = writeOnnx(pairGraph('Add'))
export const subFile = writeOnnx(pairGraph('Sub'))

export interface RepositoryContext {
  readonly fixture: Fixture
  readonly events: readonly ServerEvent[]
  readonly ofKind: Awaited<ReturnType<typeof repositoryAt>>['ofKind']
}

/** Opens a repository over some files, waits until it is loaded, and closes it in the end. */
export async function withRepository(
  files: Parameters<typeof repositoryWith>[0],
  options: Partial<RepositoryOptions>,
  use: (repository: Repository, context: RepositoryContext) => Promise<void>,
): Promise<void> {
  using fixture = repositoryWith(files)
  const opened = await repositoryAt(fixture.root, options)
  try {
    await opened.repository.loaded
    await use(opened.repository, { fixture, ...opened })
  } finally {
    await opened.repository.close()
  }
}

/** Writes a file of the repository, as somebody would who updates a model. */
export function put({ root }: Fixture, path: string, content: Uint8Array | string): void {
  const file = join(root, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, content)
}

/** A line for each entry of the index. */
export const statesOf = (repository: Repository): string[] =>
  repository.index().map(({ name, version, state, reason }) => `${name}/${version} ${state} ${reason}`.trim())

export const versionsOf = (repository: Repository, name: string): string[] =>
  repository.versions(name).map(({ version }) => version)

/** What a call throws, or gives. */
export function caught(act: () => unknown): unknown {
  try {
    return act()
  } catch (error) {
    return error
  }
}
