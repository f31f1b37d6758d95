import { beforeEach, expect, it } from 'vitest'
import { graphBuilder } from '../ir/builder.ts'
import { openPool } from './worker-pool.ts'
import type { SlotOptions, WorkerSlot } from './worker-slot.ts'

/** What slots were asked to do: which one, and whether its threads may help. */
const started: { readonly slot: FakeSlot; readonly helped: boolean }[] = []

type FakeSlot = { state: WorkerSlot['state']; finish(): void; fail(): void }

function openFake({ onChange }: SlotOptions): WorkerSlot {
  const slot: WorkerSlot & FakeSlot = {
    state: 'starting',
    startFailure: undefined,
    report: undefined,
    threads: 2,
    target: undefined,
    start(_, helped) {
      slot.state = 'busy'
      started.push({ slot, helped })
    },
    close: async () => {},
    finish() {
      slot.state = 'idle'
      onChange(slot)
    },
    fail() {
      slot.state = 'dead'
      onChange(slot)
    },
  }
  queueMicrotask(slot.finish)
  return slot
}

beforeEach(() => void started.splice(0))

async function open(isFixed: boolean) {
  const settings = { threads: 2, deterministic: false, revectorize: false, planBytes: undefined }
  const graph = graphBuilder({ name: 'empty' }).build([])
  const pool = openPool({
    program: 'wasm',
    graph,
    memory: undefined,
    limits: undefined,
    settings,
    graceMs: 0,
    workers: 2,
    isFixed,
    openSlot: openFake,
  })
  await pool.ready
  const run = () => pool.add({ inputs: new Map(), give: false, outputs: [] } as never) // slots do nothing with it
  return { pool, run }
}

const settled = () => new Promise((resolve) => setImmediate(resolve))

it.each([
  ['one where others are under way', false, [true, false, false, true]],
  ['all where that is fixed', true, [true, true, true, true]],
])('runs use all threads where they begin alone, and %s', async (_, isFixed, helped) => {
  const { run } = await open(isFixed)
  run()
  run()
  run()
  await settled()
  expect(started).toHaveLength(2)
  started[0]!.slot.finish()
  expect(started).toHaveLength(3)
  started[1]!.slot.finish()
  started[2]!.slot.finish()
  run()
  expect(started.map((one) => one.helped)).toEqual(helped)
})

it('replaces a worker once, however often it says that it has died', async () => {
  const { pool, run } = await open(false)
  run()
  run()
  await settled()
  started[0]!.slot.fail()
  started[0]!.slot.fail()
  await settled()
  expect(pool.counts()).toMatchObject({ alive: 2, restarts: 1 })
})
