/** Jobs that wait, by level of priority; within a level in order of arrival, those that were delayed last. */
import type { Job } from '../contract/job.ts'
import type { Entry } from './entry.ts'
import { createLinkedList, type LinkedList } from './linked-list.ts'
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

interface Level {
  readonly level: number
  readonly timely: LinkedList<Entry>
  readonly delayed: LinkedList<Entry>
}

/** A configuration may name any number of levels, so they exist while they are used; some may stay empty. */
const mostEmptyLevels = 64

/** The level that a request asks for; the default one where it does not, or asks for one that there is not. */
export function levelOf(model: string, { parameters }: Job, { levels, defaultLevel }: QueueRules): number {
  if (levels === 0) return 1
  const asked = wholeNumber(model, parameters.get('priority'), 'priority')
  return asked === 0 || asked > levels ? defaultLevel : asked
}

export function createJobQueue(model: string, rules: QueueRules): JobQueue {
  const levels: Level[] = []
  let size = 0

  /** Where the level is, or would have to be. */
  function indexOf(level: number): number {
    let at = levels.length
    while (at > 0 && levels[at - 1]!.level >= level) at -= 1
    return at
  }

  function open(level: number): Level {
    const found = levels[indexOf(level)]
    if (found?.level === level) return found
    if (levels.length >= mostEmptyLevels) dropEmpty()
    const opened: Level = { level, timely: createLinkedList(), delayed: createLinkedList() }
    levels.splice(indexOf(level), 0, opened)
    return opened
  }

  function dropEmpty(): void {
    const used = levels.filter(({ timely, delayed }) => timely.size + delayed.size > 0)
    levels.splice(0, levels.length, ...used)
  }

  function firstFrom(index: number): Entry | undefined {
    for (let at = index; at < levels.length; at++) {
      const first = levels[at]!.timely.first ?? levels[at]!.delayed.first
      if (first) return first
    }
    return undefined
  }

  return {
    get size() {
      return size
    },
    get first() {
      return firstFrom(0)
    },
    after(entry) {
      if (entry.next) return entry.next
      const at = indexOf(entry.level)
      const { timely, delayed } = levels[at]!
      return (entry.list === timely ? delayed.first : undefined) ?? firstFrom(at + 1)
    },
    checkRoom(level) {
      const { maxSize } = rules.policyOf(level)
      if (maxSize === Number.POSITIVE_INFINITY) return
      const { timely, delayed } = open(level)
      if (timely.size + delayed.size >= maxSize) throw queueFull(model, maxSize)
    },
    add(entry) {
      open(entry.level).timely.push(entry)
      size += 1
    },
    delay(entry) {
      entry.list?.remove(entry)
      open(entry.level).delayed.push(entry)
    },
    remove(entry) {
      if (!entry.list) return
      entry.list.remove(entry)
      size -= 1
    },
  }
}
