/** Jobs that wait, by level of priority; within a level in order of arrival, those that were delayed last. */
import type { Job } from '../contract/job.ts'
import type { Entry } from './entry.ts'
import { createPriorityLevels, sizeOf } from './priority-levels.ts'
import { type QueuePolicy, wholeNumber } from './queue-policy.ts'
import { queueFull } from './refusals.ts'

export interface QueueRules {
  /** How many levels there are; 0: one, and requests have no say. */
  readonly levels: number
  readonly defaultLevel: number
  readonly policyOf: (level: number) => QueuePolicy
}

export interface JobQueue {
  readonly size: number
  readonly first: Entry | undefined
  /** What is served after an entry of this queue. */
  after(entry: Entry): Entry | undefined
  /** Throws SLP-R11 where its level is full. */
  checkRoom(level: number): void
  add(entry: Entry): void
  /** Puts a job behind those of its level that did not wait too long. */
  delay(entry: Entry): void
  remove(entry: Entry): void
}

/** The level that a request asks for; the default one where it does not, or asks for one that there is not. */
export function levelOf(model: string, { parameters }: Job, { levels, defaultLevel }: QueueRules): number {
  if (levels === 0) return 1
  const asked = wholeNumber(model, parameters.get('priority'), 'priority')
  return asked === 0 || asked > levels ? defaultLevel : asked
}

export function createJobQueue(model: string, rules: QueueRules): JobQueue {
  const levels = createPriorityLevels()
  let size = 0
  return {
    get size() {
      return size
    },
    get first() {
      return levels.firstFrom(0)
    },
    after(entry) {
      if (entry.next) return entry.next
      const { timely, delayed } = levels.open(entry.level)
      return (entry.list === timely ? delayed.first : undefined) ?? levels.firstFrom(entry.level + 1)
    },
    checkRoom(level) {
      const { maxSize } = rules.policyOf(level)
      if (maxSize === Number.POSITIVE_INFINITY) return
      if (sizeOf(levels.open(level)) >= maxSize) throw queueFull(model, maxSize)
    },
    add(entry) {
      levels.open(entry.level).timely.push(entry)
      size += 1
    },
    delay(entry) {
      entry.list?.remove(entry)
      levels.open(entry.level).delayed.push(entry)
    },
    remove(entry) {
      if (!entry.list) return
      entry.list.remove(entry)
      size -= 1
    },
  }
}
