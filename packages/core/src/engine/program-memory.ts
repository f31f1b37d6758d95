/** The memory that all workers of one program share: made with the weights in it, and cleaned up behind those that die. */

import type { Graph } from '../ir/graph.ts'
import { alignBytes } from '../memory/place.ts'
import { formatHeap, openSharedHeap, pageBytes, type SharedHeap } from '../memory/shared-heap.ts'
import { firstAddress, mostUsers, readableBytes } from '../memory/shared-layout.ts'
import type { HeapLock } from '../memory/shared-lock.ts'
import { reclaim } from '../memory/shelf.ts'
import { webAssembly } from '../platform/web-assembly.ts'
import { roomBytes, type SharedGraph, shareGraph } from './share-graph.ts'
import { initialPages, maximumPages, type SharedMemory } from './wasm/machine.ts'

export interface ProgramMemory {
  /** A place for one more user; undefined where there are too many. */
  enter(): SharedMemory | undefined
  /** Runs what ends a user, and gives back all that it held. */
  end(user: number, terminate: () => Promise<unknown>): Promise<void>
  readonly sizeBytes: number
}

/** Weights larger than this leave too little room for anything else. */
const mostWeightBytes = 3 * 2 ** 30

/** The thread that ends others; the last of the users. */
const keeper = mostUsers

/** The graph with its weights in a new memory; undefined where the weights are too many, or memory too little. */
export function openProgramMemory(
  graph: Graph,
): { readonly memory: ProgramMemory; readonly graph: SharedGraph } | undefined {
  const weightBytes = roomBytes(graph, alignBytes)
  if (weightBytes > mostWeightBytes) return undefined
  const pages = initialPages + Math.ceil((firstAddress + weightBytes + readableBytes) / pageBytes)
  const memory = allocateMemory(pages)
  if (!memory) return undefined
  const weights = memory.buffer as SharedArrayBuffer // what `shared` asks for
  let next = firstAddress
  const shared = shareGraph(graph, (sizeBytes) => {
    const offsetBytes = next
    next += Math.ceil(sizeBytes / alignBytes) * alignBytes
    return { buffer: weights, offsetBytes }
  })
  formatHeap(memory, next + readableBytes)
  const heap = openSharedHeap(memory, keeper)
  const users = new Set([keeper])
  const end = openEnding(heap, users)
  return {
    graph: shared,
    memory: {
      enter() {
        let user = 1
        while (users.has(user)) user += 1
        if (user > mostUsers) return undefined
        users.add(user)
        return { memory, weights, user }
      },
      end,
      get sizeBytes() {
        memory.grow(0)
        return memory.buffer.byteLength
      },
    },
  }
}

/** While the keeper has the lock, whoever dies is not changing the heap; several may die at one time. */
function openEnding(heap: SharedHeap, users: Set<number>): ProgramMemory['end'] {
  let dying = 0
  let held: Promise<boolean> | undefined
  return async (user, terminate) => {
    dying += 1
    held ??= takeLock(heap.lock)
    const isHeld = await held
    await terminate()
    heap.lock.breakOf(user)
    if (!isHeld) held = takeLock(heap.lock)
    await held
    reclaim(heap, user)
    users.delete(user)
    dying -= 1
    if (dying > 0) return
    held = undefined
    heap.lock.release()
  }
}

function allocateMemory(initial: number) {
  try {
    return new webAssembly.Memory({ initial, maximum: maximumPages, shared: true })
  } catch {
    return undefined
  }
}

/** Long enough for whoever is changing the heap, unless it is dead. */
const mostTries = 100

async function takeLock({ tryTake }: HeapLock): Promise<boolean> {
  for (let tries = 0; tries < mostTries; tries++) {
    if (tryTake()) return true
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return false
}
