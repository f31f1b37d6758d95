import { setTimeout as sleep } from 'node:timers/promises'
import { type Tensor, tensor } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import type { Clock } from '../contract/clock.ts'
import { deferred } from './deferred.ts'
import type { ModelDescription } from './messages.ts'
import { openPool } from './pool.ts'
import { type Slot, SlotDeath, type SlotRun } from './slot.ts'

const description = { wasmBytes: 0, weightBytes: 0, inputs: [], outputs: [] } as Partial<ModelDescription>
const signal = new AbortController().signal
const run = (over: Partial<SlotRun> = {}): SlotRun => ({ inputs: new Map(), outputs: [], signal, ...over })
const outputs = (value: number): ReadonlyMap<string, Tensor> =>
  new Map([['y', tensor('float32', [1], Float32Array.of(value))]])
const turn = () => sleep(0)

/** A slot whose runs end when the test says so. */
function fakeSlot(capacity = 1) {
  const ready = deferred<ModelDescription>()
  const died = deferred<SlotDeath>()
  const runs: ReturnType<typeof deferred<ReadonlyMap<string, Tensor>>>[] = []
  let done = 0
  const slot: Slot & { closed: boolean } = {
    ready: ready.promise,
    died: died.promise,
    capacity,
    closed: false,
    wasmBytes: 1,
    get running() {
      return runs.length - done
    },
    run() {
      const one = deferred<ReadonlyMap<string, Tensor>>()
      runs.push(one)
      const end = () => {
        done += 1
      }
      one.promise.then(end, end)
      return one.promise
    },
    async close(reason) {
      slot.closed = true
      for (const one of runs) one.reject(reason)
    },
  }
  return {
    slot,
    runs,
    open: () => ready.resolve(description as ModelDescription),
    refuse: (error: Error) => ready.reject(error),
    die(message: string, isDeliberate = false) {
      const death = new SlotDeath(message, { isDeliberate })
      for (const one of runs) one.reject(death)
      ready.reject(death)
      died.resolve(death)
    },
  }
}

/** Timers fire when the test says so. */
function fakeClock() {
  const waits: number[] = []
  const acts: (() => void)[] = []
  const clock: Clock = {
    nowMs: () => 0,
    setTimer(delayMs, act) {
      waits.push(delayMs)
      acts.push(act)
      return () => void acts.splice(acts.indexOf(act), 1)
    },
  }
  return { clock, waits, fire: () => acts.shift()!() }
}

function poolOf(size = 1, capacity = 1) {
  const slots: ReturnType<typeof fakeSlot>[] = []
  const broken: string[] = []
  const time = fakeClock()
  const pool = openPool({
    size,
    clock: time.clock,
    mostDeaths: 3,
    backoffMs: 100,
    onBroken: (reason) => broken.push(reason),
    explain: (error) => `plain: ${(error as Error).message.replace('/secret/', '')}`, // the test refuses with errors only
    openSlot() {
      slots.push(fakeSlot(capacity))
      return slots.at(-1)!.slot
    },
  })
  return { pool, slots, broken, ...time }
}

async function openedPool(size = 1, capacity = 1) {
  const made = poolOf(size, capacity)
  for (let i = 0; i < size; i++) {
    made.slots[i]!.open()
    await turn()
  }
  await made.pool.ready
  return made
}

describe('openPool', () => {
  it('opens the first slot before the others, and is ready with the last', async () => {
    const { pool, slots } = poolOf(3)
    expect(slots.length).toBe(1)
    slots[0]!.open()
    await turn()
    expect(slots.length).toBe(3)
    let isReady = false
    void pool.ready.then(() => {
      isReady = true
    })
    slots[1]!.open()
    await turn()
    expect(isReady).toBe(false)
    slots[2]!.open()
    await turn()
    expect(isReady).toBe(true)
  })

  it('gives each run to a free slot, and keeps the others in line', async () => {
    const { pool, slots } = await openedPool(2)
    const results = [1, 2, 3].map(() => pool.run(run()))
    expect(slots.map(({ runs }) => runs.length)).toEqual([1, 1])
    slots[1]!.runs[0]!.resolve(outputs(2))
    expect(await results[1]).toEqual(outputs(2))
    await turn()
    expect(slots.map(({ runs }) => runs.length)).toEqual([1, 2])
    expect(pool.counts()).toEqual({ running: 2, restarts: 0, wasmBytes: 2 })
  })

  it('gives a slot as many runs as it takes', async () => {
    const { pool, slots } = await openedPool(1, 2)
    for (let i = 0; i < 3; i++) void pool.run(run())
    expect(slots[0]!.runs.length).toBe(2)
  })

  it('repeats a run once where its slot dies, and replaces the slot at once', async () => {
    const { pool, slots, waits, fire } = await openedPool()
    const result = pool.run(run())
    slots[0]!.die('it was ended by SIGKILL')
    await turn()
    expect(waits).toEqual([0])
    fire()
    slots[1]!.open()
    await turn()
    slots[1]!.runs[0]!.resolve(outputs(7))
    expect(await result).toEqual(outputs(7))
    expect(pool.counts().restarts).toBe(1)
  })

  it('gives up a run over which two slots died, and serves the next', async () => {
    const { pool, slots, fire, waits } = await openedPool()
    const result = pool.run(run())
    result.catch(() => {})
    for (let i = 0; i < 2; i++) {
      slots[i]!.die('boom')
      await turn()
      fire()
      slots[i + 1]!.open()
      await turn()
    }
    await expect(result).rejects.toMatchObject({ code: 'SLP-S8', message: /boom.*twice/ })
    expect(waits).toEqual([0, 100])
    const next = pool.run(run())
    slots[2]!.runs[0]!.resolve(outputs(1))
    expect(await next).toEqual(outputs(1))
  })

  it('replaces nothing more after too many deaths in a row, and says why', async () => {
    const { pool, slots, broken, fire } = await openedPool()
    slots[0]!.die('one')
    await turn()
    fire()
    slots[1]!.die('two')
    await turn()
    fire()
    const refusal = new Error('/secret/three')
    slots[2]!.refuse(refusal)
    await turn()
    expect(broken).toEqual(['it died 3 times in a row, last because plain: three'])
    expect(slots.length).toBe(3)
    await expect(pool.run(run())).rejects.toMatchObject({
      code: 'SLP-S8',
      message: expect.stringContaining('because plain: three'),
      cause: refusal,
    })
  })

  it('counts deaths anew after a run that ended well, and none that were deliberate', async () => {
    const { pool, slots, broken, fire } = await openedPool()
    for (let i = 0; i < 5; i++) {
      slots[i]!.die('again', i % 2 === 1)
      await turn()
      fire()
      slots[i + 1]!.open()
      await turn()
      const result = pool.run(run())
      slots[i + 1]!.runs[0]!.resolve(outputs(i))
      await result
    }
    expect(broken).toEqual([])
    expect(pool.counts().restarts).toBe(5)
  })

  it('takes a cancelled run out of the line', async () => {
    const { pool, slots } = await openedPool()
    void pool.run(run())
    const abort = new AbortController()
    const result = pool.run(run({ signal: abort.signal }))
    abort.abort()
    await expect(result).rejects.toMatchObject({ code: 'SLP-S7' })
    slots[0]!.runs[0]!.resolve(outputs(1))
    await turn()
    expect(slots[0]!.runs.length).toBe(1)
  })

  it('rejects what runs and what waits when it is closed', async () => {
    const { pool, slots } = await openedPool()
    const results = [pool.run(run()), pool.run(run())]
    await Promise.all([pool.close(), pool.close()])
    for (const result of results) await expect(result).rejects.toMatchObject({ code: 'SLP-S6' })
    await expect(pool.run(run())).rejects.toMatchObject({ code: 'SLP-S6' })
    expect(slots[0]!.slot.closed).toBe(true)
  })

  it('is not ready where the first slot cannot be opened', async () => {
    const { pool, slots } = poolOf()
    slots[0]!.refuse(new Error('no such file'))
    await expect(pool.ready).rejects.toThrow('no such file')
    const other = poolOf()
    other.slots[0]!.die('boom')
    await expect(other.pool.ready).rejects.toMatchObject({ code: 'SLP-S8', message: /boom/ })
    expect(other.slots.length).toBe(1)
  })
})
