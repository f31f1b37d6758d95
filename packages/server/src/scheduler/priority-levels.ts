/** The levels of a queue, from the one that is served first; a configuration may name any number, so they exist while used. */
import type { Entry } from './entry.ts'
import { createLinkedList, type LinkedList } from './linked-list.ts'

export interface Level {
  readonly level: number
  readonly timely: LinkedList<Entry>
  readonly delayed: LinkedList<Entry>
}

export interface PriorityLevels {
  open(level: number): Level
  /** The job that is served first of those at this level and after it. */
  firstFrom(level: number): Entry | undefined
}

/** So many may stay empty. */
const mostEmptyLevels = 64

export function createPriorityLevels(): PriorityLevels {
  const levels: Level[] = []

  /** Where the level is, or would have to be. */
  function indexOf(level: number): number {
    let at = levels.length
    while (at > 0 && levels[at - 1]!.level >= level) at -= 1
    return at
  }

  return {
    open(level) {
      const found = levels[indexOf(level)]
      if (found?.level === level) return found
      if (levels.length >= mostEmptyLevels) levels.splice(0, levels.length, ...levels.filter(isUsed))
      const opened: Level = { level, timely: createLinkedList(), delayed: createLinkedList() }
      levels.splice(indexOf(level), 0, opened)
      return opened
    },
    firstFrom(level) {
      for (let at = indexOf(level); at < levels.length; at++) {
        const first = levels[at]!.timely.first ?? levels[at]!.delayed.first
        if (first) return first
      }
      return undefined
    },
  }
}

/** Jobs of a level that wait. */
export function sizeOf({ timely, delayed }: Level): number {
  return timely.size + delayed.size
}

function isUsed(level: Level): boolean {
  return sizeOf(level) > 0
}
