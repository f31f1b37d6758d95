/** One sequence of requests that is under way. */
import type { Tensor } from '@slipway/core'
import type { Entry, Place } from './entry.ts'
import { type Timed, untimed } from './heap.ts'
import { createLinkedList, type Linked, type LinkedList } from './linked-list.ts'
import type { SequenceId } from './sequence-request.ts'

export interface Sequence extends Timed, Linked<Sequence> {
  readonly key: string
  readonly id: SequenceId
  /** Steps that wait, in order of arrival. */
  readonly steps: LinkedList<Entry>
  readonly place: Place
  /** Undefined while it waits for one. */
  slot: number | undefined
  /** What its next step is given, by the names of inputs. */
  state: ReadonlyMap<string, Tensor>
  running: boolean
  /** Its last step has come. */
  complete: boolean
  /** A step was lost, so that no other can follow. */
  broken: boolean
}

export function openSequence(key: string, id: SequenceId, onLeave: Place['leave']): Sequence {
  return {
    key,
    id,
    steps: createLinkedList(),
    place: { leave: onLeave },
    slot: undefined,
    state: new Map(),
    running: false,
    complete: false,
    broken: false,
    ...untimed,
    list: undefined,
    previous: undefined,
    next: undefined,
  }
}
