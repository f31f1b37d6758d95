import type { Worker } from 'node:worker_threads'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { graphBuilder } from '../ir/builder.ts'
import { openProgramMemory } from './program-memory.ts'
import { openSlot, type WorkerSlot } from './worker-slot.ts'

const spawned: Worker[] = []
const onWorker = (worker: Worker) => void spawned.push(worker)

beforeEach(() => void process.on('worker', onWorker))
afterEach(() => {
  process.off('worker', onWorker)
  spawned.length = 0
})

it('ends its worker once, though that fails while it is being ended', async () => {
  const { memory, graph } = openProgramMemory(graphBuilder({ name: 'empty' }).build([]))!
  const ends: number[] = []
  const states: WorkerSlot['state'][] = []
  const slot = await new Promise<WorkerSlot>((resolve) =>
    openSlot({
      program: 'wasm',
      graph: graph.graph,
      limits: undefined,
      settings: { threads: 1, deterministic: true, revectorize: false, planBytes: undefined },
      graceMs: 0,
      memory: {
        ...memory,
        end(user, terminate) {
          ends.push(user)
          const ended = memory.end(user, terminate)
          spawned[0]!.emit('error', new Error('late'))
          return ended
        },
      },
      onChange(changed) {
        states.push(changed.state)
        resolve(changed)
      },
    }),
  )
  await Promise.all([slot.close(new Error('enough')), slot.close(new Error('enough'))])
  expect(states).toEqual(['idle'])
  expect(ends).toEqual([1])
  // Of an ended worker only this is left.
  expect(spawned.map(({ threadId }) => threadId)).toEqual([-1])
})
