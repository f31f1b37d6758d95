/** Which sequences are under way: as many as there are slots; the others wait for one in order of arrival. */
import { createLinkedList } from './linked-list.ts'
import type { Sequence } from './sequence.ts'

export interface SequenceSlots {
  /** Gives a new sequence a slot, or a place behind those that wait. */
  admit(sequence: Sequence): void
  /** Takes the slot of a sequence, or its place; the sequence that has the slot now. */
  dismiss(sequence: Sequence): Sequence | undefined
}

export function createSequenceSlots(count: number): SequenceSlots {
  const backlog = createLinkedList<Sequence>()
  /** The lowest last: it is taken first, so that batches of pinned rows have few gaps. */
  const free = Array.from({ length: count }, (_, i) => count - 1 - i)
  return {
    admit(sequence) {
      sequence.slot = free.pop()
      if (sequence.slot === undefined) backlog.push(sequence)
    },
    dismiss(sequence) {
      const { slot } = sequence
      backlog.remove(sequence)
      sequence.slot = undefined
      if (slot === undefined) return undefined
      const next = backlog.first
      if (next) {
        backlog.remove(next)
        next.slot = slot
      } else {
        free.push(slot)
        free.sort((a, b) => b - a)
      }
      return next
    },
  }
}
