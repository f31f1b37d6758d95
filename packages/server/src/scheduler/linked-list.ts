/** A list that gives up any of its members at once; members carry their own links, so each is in one list at most. */
export interface Linked<T> {
  list: LinkedList<T> | undefined
  previous: T | undefined
  next: T | undefined
}

export interface LinkedList<T> {
  readonly size: number
  readonly first: T | undefined
  push(member: T): void
  remove(member: T): void
}

export function createLinkedList<T extends Linked<T>>(): LinkedList<T> {
  let size = 0
  let first: T | undefined
  let last: T | undefined
  const list: LinkedList<T> = {
    get size() {
      return size
    },
    get first() {
      return first
    },
    push(member) {
      member.list = list
      member.previous = last
      member.next = undefined
      if (last) last.next = member
      else first = member
      last = member
      size += 1
    },
    remove(member) {
      if (member.list !== list) return
      const { previous, next } = member
      if (previous) previous.next = next
      else first = next
      if (next) next.previous = previous
      else last = previous
      member.list = undefined
      member.previous = undefined
      member.next = undefined
      size -= 1
    },
  }
  return list
}
