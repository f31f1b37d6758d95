/** Worker threads that run one model and share its weights. */
import type { MessagePort } from 'node:worker_threads'
import type { Clock } from '../contract/clock.ts'
import { explain } from './explain.ts'
import type { ModelFile, ProgramSettings } from './messages.ts'
import { openPool, type Pool } from './pool.ts'
import { openThreadSlot } from './thread-slot.ts'

export interface ThreadsOptions {
  readonly file: ModelFile
  readonly settings: ProgramSettings
  readonly instances: number
  /** The graph, where another thread has read it already. */
  readonly parcel?: MessagePort | undefined
  readonly clock: Clock
  onBroken(reason: string): void
}

export interface Threads extends Pool {
  /** The graph for one thread more; undefined where there is none at hand. */
  takeParcel(): MessagePort | undefined
}

const mostDeaths = 6
const backoffMs = 100

export function openThreads({ file, settings, instances, clock, onBroken, parcel }: ThreadsOptions): Threads {
  // What a thread reads later must be what the first one read, and it will not be when the file has changed.
  const parcels = parcel ? [parcel] : []
  let isFirst = true
  const pool = openPool({
    size: instances,
    clock,
    mostDeaths,
    backoffMs,
    onBroken,
    explain: (error) => explain(file, error),
    openSlot() {
      // The first gives one to each of the others and two to spare: one for a successor, one for a successor's.
      const wanted = isFirst ? instances + 1 : 1
      isFirst = false
      return openThreadSlot({
        file,
        settings,
        parcel: parcels.pop(),
        parcels: wanted,
        onParcels: (lines) => void parcels.push(...lines),
      })
    },
  })
  return {
    ...pool,
    takeParcel: () => parcels.pop(),
    async close() {
      for (const line of parcels.splice(0)) line.close()
      await pool.close()
    },
  }
}
