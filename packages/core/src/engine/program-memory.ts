/** The memory that all workers of one program share: made with the weights in it, and cleaned up behind those that die. */
import { SlipwayError } from '../base/errors.ts'
import type { Shape } from '../base/shape.ts'
import { arrayOf, dataLength, type NumericData, type Tensor, tensor } from '../base/tensor.ts'
import type { Graph } from '../ir/graph.ts'
import { alignBytes } from '../memory/place.ts'
import { formatHeap, openSharedHeap, pageBytes, type SharedHeap } from '../memory/shared-heap.ts'
import { firstAddress, mostUsers, readableBytes } from '../memory/shared-layout.ts'
import { reclaim } from '../memory/shelf.ts'
import { webAssembly } from '../platform/web-assembly.ts'
import type { NumericType } from './engine.ts'
import { roomBytes, type SharedGraph, shareGraph } from './share-graph.ts'
import type { SharedMemory } from './wasm/machine.ts'
import { initialPages, maximumPages } from './wasm/memory-limits.ts'

export interface ProgramMemory {
  /** A place for one more user; undefined where there are too many. */
  enter(): SharedMemory | undefined
  /** Runs what ends a user, and gives back all that it held. */
  end(user: number, terminate: () => Promise<unknown>): Promise<void>
  readonly sizeBytes: number
  /** A block of the program's own; undefined where the heap is too busy, or full. */
  allocate(sizeBytes: number): number | undefined
  free(address: number): void
  /** The memory as it is now. */
  bytes(): Uint8Array<SharedArrayBuffer>
  /** Where data lies, if that is in this memory. */
  addressOf(data: NumericData): number | undefined
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
  const keeping = openKeeping(heap, users)
  const known = new WeakSet<ArrayBufferLike>([weights])
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
      ...keeping,
      bytes() {
        // Looks for the end of the heap, and fetches the buffer that reaches it.
        heap.words.get(0)
        const buffer = memory.buffer as SharedArrayBuffer // as above
        known.add(buffer)
        return new Uint8Array(buffer)
      },
      addressOf: (data) => (known.has(data.buffer) ? data.byteOffset : undefined),
      get sizeBytes() {
        memory.grow(0)
        return memory.buffer.byteLength
      },
    },
  }
}

/** While the keeper has the lock, whoever dies is not changing the heap; several may die at one time. */
function openKeeping(heap: SharedHeap, users: Set<number>): Pick<ProgramMemory, 'end' | 'allocate' | 'free'> {
  let dying = 0
  let isHeld = false
  let left: number[] = []
  /** One lock for all that die at one time. */
  const takeLock = async (mostTries: number) => {
    for (let tries = 0; tries < mostTries; tries++) {
      isHeld ||= heap.lock.tryTake()
      if (isHeld) return
      await new Promise((resolve) => setTimeout(resolve, 1))
    }
  }
  /** The keeper's thread must not sleep. */
  const hold = <Result>(act: () => Result): Result | undefined => {
    for (let tries = 0; dying === 0 && tries < mostSpins; tries++) {
      if (!heap.lock.tryTake()) continue
      try {
        return act()
      } finally {
        heap.lock.release()
      }
    }
    return undefined
  }
  const drop = () => {
    for (const address of left) heap.drop(address)
    left = []
  }
  return {
    async end(user, terminate) {
      dying += 1
      await takeLock(mostTries)
      await terminate()
      heap.lock.breakOf(user)
      // Whoever has it now is alive and will leave it, or is dying too, which breaks it.
      await takeLock(Number.POSITIVE_INFINITY)
      reclaim(heap, user)
      users.delete(user)
      dying -= 1
      if (dying > 0) return
      isHeld = false
      heap.lock.release()
    },
    allocate(sizeBytes) {
      try {
        return hold(() => {
          drop()
          return heap.take(sizeBytes, keeper)
        })
      } catch {
        return undefined
      }
    },
    free(address) {
      left.push(address)
      hold(drop)
    },
  }
}

/**
 * A tensor of zeros in the memory; in an array of its own where there is no such memory, or no room in it.
 *
 * @throws SLP-L4 where there is no room anywhere.
 */
export function allocateTensor(memory: ProgramMemory | undefined, dtype: NumericType, shape: Shape): Tensor {
  const length = dataLength(dtype, shape)
  const Data = arrayOf(dtype)
  const sizeBytes = length * Data.BYTES_PER_ELEMENT
  const address = memory?.allocate(sizeBytes)
  if (!memory || address === undefined) return tensor(dtype, shape, ownArray(Data, length) as never) // the array of the dtype
  const bytes = memory.bytes()
  bytes.fill(0, address, address + sizeBytes)
  const View = Data as new (buffer: ArrayBufferLike, at: number, length: number) => NumericData // every class takes these
  return tensor(dtype, shape, new View(bytes.buffer, address, length) as never) // as above
}

function ownArray(Data: new (length: number) => NumericData, length: number): NumericData {
  try {
    return new Data(length)
  } catch (cause) {
    throw new SlipwayError('SLP-L4', `Cannot make tensor: there is no memory for ${length} elements`, {
      cause,
    })
  }
}

function allocateMemory(initial: number) {
  try {
    return new webAssembly.Memory({ initial, maximum: maximumPages, shared: true })
  } catch {
    return undefined
  }
}

/** Some ten microseconds: as long as a change of the heap takes. */
const mostSpins = 10_000

/** Milliseconds. Long enough for whoever is changing the heap, unless it is dead. */
const mostTries = 100
