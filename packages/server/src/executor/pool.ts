/** Slots of one model: gives each run to a free one, and replaces what dies. */
import { SlipwayError, type Tensor } from '@slipway/core'
import { cancelledError } from '@slipway/core/host'
import type { Clock } from '../contract/clock.ts'
import { deferred } from './deferred.ts'
import type { ModelDescription } from './messages.ts'
import { type Slot, SlotDeath, type SlotRun } from './slot.ts'

export interface PoolOptions {
  /** Slots that are kept open. */
  readonly size: number
  openSlot(): Slot
  readonly clock: Clock
  /** Deaths without a run between them that ended well, after which nothing is replaced any more. */
  readonly mostDeaths: number
  /** Wait before the second slot that is opened after a death; each further one waits twice as long. */
  readonly backoffMs: number
  /** Why a successor could not be opened, in words that clients may see. */
  explain(error: unknown): string
  /** Called once, where nothing is replaced any more. */
  onBroken(reason: string): void
}

export interface Pool {
  /** Resolves once every slot can run; rejects where the first ones cannot be opened. */
  readonly ready: Promise<ModelDescription>
  /** The inputs stay the caller's, since the run may have to be repeated. */
  run(run: SlotRun): Promise<ReadonlyMap<string, Tensor>>
  counts(): { readonly running: number; readonly restarts: number; readonly wasmBytes: number }
  close(): Promise<void>
}

interface Waiting extends SlotRun {
  resolve(outputs: ReadonlyMap<string, Tensor>): void
  reject(error: Error): void
  /** Slots that died over it. */
  deaths: number
  leave(): void
}

const longestBackoffMs = 10_000

export function openPool(options: PoolOptions): Pool {
  const { size, clock, mostDeaths, backoffMs } = options
  const slots = new Map<Slot, 'opening' | 'open'>()
  const waiting: Waiting[] = []
  const ready = deferred<ModelDescription>()
  const timers = new Set<() => void>()
  let deaths = 0
  let restarts = 0
  let isStarting = true
  let over: Error | undefined
  let closing: Promise<void> | undefined

  void start()
  return {
    ready: ready.promise,
    run: (run) =>
      new Promise((resolve, reject) => {
        if (over) return reject(over)
        if (run.signal.aborted) return reject(cancelledError(run.signal))
        add({ ...run, resolve, reject, deaths: 0, leave: () => {} })
        serve()
      }),
    counts: () => ({
      running: [...slots.keys()].reduce((sum, slot) => sum + slot.running, 0),
      restarts,
      wasmBytes: [...slots.keys()].reduce((sum, slot) => sum + slot.wasmBytes, 0),
    }),
    close() {
      closing ??= end(new SlipwayError('SLP-S6', 'Cannot run: the executor must be open, got a disposed one'))
      return closing
    },
  }

  /** The first slot reads the model; the others may then have what it has read. */
  async function start(): Promise<void> {
    try {
      const description = await open()
      await Promise.all(Array.from({ length: size - 1 }, open))
      isStarting = false
      for (let missing = size - slots.size; missing > 0; missing--)
        replace('it died while others were opened')
      ready.resolve(description)
    } catch (error) {
      const reason = openError(error)
      ready.reject(reason)
      await end(reason)
    }
  }

  async function open(): Promise<ModelDescription> {
    if (over) throw over
    const slot = options.openSlot()
    slots.set(slot, 'opening')
    void slot.died.then((death) => onDeath(slot, death))
    try {
      const description = await slot.ready
      slots.set(slot, 'open')
      serve()
      return description
    } catch (error) {
      const reason = openError(error)
      slots.delete(slot)
      await slot.close(reason)
      throw reason
    }
  }

  function onDeath(slot: Slot, death: SlotDeath): void {
    // One that was never open is the business of who opened it.
    if (slots.get(slot) !== 'open') return
    slots.delete(slot)
    restarts += 1
    if (!death.isDeliberate) deaths += 1
    replace(death.message, death)
  }

  function replace(reason: string, cause?: unknown): void {
    if (over || isStarting) return
    if (deaths >= mostDeaths) {
      const text = `it died ${deaths} times in a row, last because ${reason}`
      void end(
        new SlipwayError('SLP-S8', `Cannot run: the executor must stay alive, got "${text}"`, { cause }),
      )
      options.onBroken(text)
      return
    }
    const delayMs = deaths < 2 ? 0 : Math.min(longestBackoffMs, backoffMs * 2 ** (deaths - 2))
    const cancel = clock.setTimer(delayMs, () => {
      timers.delete(cancel)
      open().catch((error: unknown) => {
        deaths += 1
        replace(options.explain(error), error)
      })
    })
    timers.add(cancel)
  }

  function add(entry: Waiting): void {
    const { signal } = entry
    const abort = () => {
      waiting.splice(waiting.indexOf(entry), 1)
      entry.reject(cancelledError(signal))
    }
    signal.addEventListener('abort', abort, { once: true })
    entry.leave = () => signal.removeEventListener('abort', abort)
    waiting.push(entry)
  }

  function serve(): void {
    for (const [slot, state] of slots) {
      while (state === 'open' && slot.running < slot.capacity) {
        const next = waiting.shift()
        if (!next) return
        next.leave()
        void give(next, slot)
      }
    }
  }

  async function give(entry: Waiting, slot: Slot): Promise<void> {
    try {
      entry.resolve(await slot.run(entry))
      deaths = 0
    } catch (error) {
      // The slot itself says so a moment later, and must not be given the run again until then.
      if (error instanceof SlotDeath) onDeath(slot, error)
      if (!(error instanceof SlotDeath))
        entry.reject(error as Error) // slots reject with errors only
      else if (over) entry.reject(over)
      else if (entry.deaths > 0) entry.reject(diedTwice(error))
      else {
        entry.deaths += 1
        add(entry)
      }
    }
    serve()
  }

  async function end(reason: Error): Promise<void> {
    over ??= reason
    for (const cancel of timers) cancel()
    for (const entry of waiting.splice(0)) {
      entry.leave()
      entry.reject(over)
    }
    const open = [...slots.keys()]
    slots.clear()
    await Promise.all(open.map((slot) => slot.close(reason)))
  }
}

const diedTwice = (death: SlotDeath): SlipwayError =>
  new SlipwayError(
    'SLP-S8',
    `Cannot finish run: its executor must stay alive, got "${death.message}" twice`,
    {
      cause: death,
    },
  )

function openError(error: unknown): Error {
  if (!(error instanceof SlotDeath)) return error as Error // programs reject with errors only
  return new SlipwayError(
    'SLP-S8',
    `Cannot open model: its executor must stay alive, got "${error.message}"`,
    { cause: error },
  )
}
