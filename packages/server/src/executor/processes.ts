/** Processes that run one model, one after the other: the next one takes over where one dies. */
import type { Clock } from '../contract/clock.ts'
import { explain } from './explain.ts'
import type { FileStamp, ModelFile, ProgramSettings } from './messages.ts'
import { openPool, type Pool } from './pool.ts'
import { openProcessSlot, type ProcessSlot } from './process-slot.ts'

export interface ProcessesOptions {
  readonly file: ModelFile
  readonly settings: ProgramSettings
  readonly clock: Clock
  /** Deaths in a row after which there is no further process. */
  readonly mostDeaths?: number
  onBroken(reason: string): void
}

export interface Processes extends Pool {
  /** Of the process at hand. */
  readonly processId: number | undefined
}

const defaultMostDeaths = 4
const backoffMs = 200

export function openProcesses(options: ProcessesOptions): Processes {
  const { file, settings, clock, mostDeaths = defaultMostDeaths, onBroken } = options
  let slot: ProcessSlot | undefined
  let stamp: FileStamp | undefined
  const pool = openPool({
    size: 1,
    clock,
    mostDeaths,
    backoffMs,
    onBroken,
    explain: (error) => explain(file, error),
    openSlot() {
      slot = openProcessSlot({ file: { ...file, stamp: stamp ?? file.stamp }, settings })
      slot.ready.then(
        (description) => {
          stamp ??= description.stamp
        },
        () => {},
      )
      return slot
    },
  })
  return {
    ...pool,
    get processId() {
      return slot?.processId
    },
  }
}
