/** A heap whose members know their own place in it, so that one leaves it without a search. */
export interface Timed {
  dueMs: number
  /** Of items that are due at the same time, the lowest goes first. */
  dueOrder: number
  /** -1: in no heap. */
  heapIndex: number
}

/** What an item is before it is in a heap. */
export const untimed: Timed = { dueMs: 0, dueOrder: 0, heapIndex: -1 }

export function insert<T extends Timed>(heap: T[], item: T): void {
  item.heapIndex = heap.push(item) - 1
  rise(heap, item)
}

export function takeOut<T extends Timed>(heap: T[], item: T): void {
  const at = item.heapIndex
  if (at < 0) return
  item.heapIndex = -1
  const last = heap.pop()!
  if (last === item) return
  place(heap, last, at)
  rise(heap, last)
  sink(heap, last)
}

function place<T extends Timed>(heap: T[], item: T, at: number): void {
  heap[at] = item
  item.heapIndex = at
}

function swap<T extends Timed>(heap: T[], a: T, b: T): void {
  const at = a.heapIndex
  place(heap, a, b.heapIndex)
  place(heap, b, at)
}

function rise<T extends Timed>(heap: T[], item: T): void {
  while (item.heapIndex > 0) {
    const parent = heap[(item.heapIndex - 1) >> 1]!
    if (!isBefore(item, parent)) return
    swap(heap, item, parent)
  }
}

function sink<T extends Timed>(heap: T[], item: T): void {
  for (;;) {
    const left = heap[2 * item.heapIndex + 1]
    const right = heap[2 * item.heapIndex + 2]
    const least = right && left && isBefore(right, left) ? right : left
    if (!least || !isBefore(least, item)) return
    swap(heap, item, least)
  }
}

function isBefore(a: Timed, b: Timed): boolean {
  return a.dueMs < b.dueMs || (a.dueMs === b.dueMs && a.dueOrder < b.dueOrder)
}
