/**
 * One linear memory with everything that runs in it: a heap, the driver, the kernels that have been compiled so far,
 * and the constants. A machine belongs to one thread; helper threads attach to its memory.
 */
import { driverModule, kernelModule } from '../../codegen/kernel-module.ts'
import { control } from '../../codegen/layout.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import type { Target } from '../../kernel/target.ts'
import { type Heap, openHeap } from '../../memory/heap.ts'
import { growMemory, openSharedHeap, pageBytes } from '../../memory/shared-heap.ts'
import { readableBytes } from '../../memory/shared-layout.ts'
import { privateShelf, type Shelf, sharedShelf } from '../../memory/shelf.ts'
import { type WasmMemory, type WasmModule, type WasmTable, webAssembly } from '../../platform/web-assembly.ts'
import { cancelledError } from '../cancelled-error.ts'
import { type Fixed, openFixed } from './fixed.ts'
import { initialPages, maximumPages, memoryLimits } from './memory-limits.ts'

/** Code for a thread: the i-th kernel of a module goes to `first + i` of its table. */
export interface LoadedModule {
  readonly module: WasmModule
  readonly first: number
  readonly count: number
}

/** A memory with weights in it, and the number of one of its users. */
export interface SharedMemory {
  readonly memory: WasmMemory
  readonly weights: SharedArrayBuffer
  readonly user: number
}

export interface MachineOptions {
  readonly target: Target
  /** True: the memory can be shared with other threads. */
  readonly isShared: boolean
  /** A memory that exists already, and its place among the users of it. */
  readonly shared?: SharedMemory | undefined
  /** 1 where the run at hand must stop. */
  poll(): number
  /** Told of every module, so that helpers can load it too. */
  onModule?(loaded: LoadedModule): void
}

export interface Machine {
  readonly target: Target
  readonly memory: WasmMemory
  readonly heap: Heap
  /** True: other machines use the memory too. */
  readonly isMultiUser: boolean
  /** Address of the control block. */
  readonly block: number
  /** Views of the memory as it is now; not to be kept over an allocation. */
  bytes(): Uint8Array
  words(): Int32Array
  /** Compiles the kernels that are new. */
  compile(kernels: readonly Kernel[]): void
  indexOf(kernel: Kernel): number
  /** What lies outside of arenas. */
  readonly fixed: Fixed
  /** Everything compiled so far, in order. */
  readonly modules: readonly LoadedModule[]
  /** Runs stages; `isHelped` where helpers may join. */
  lead(stages: number, count: number, isHelped: boolean): number
  /** Throws where the run at hand must stop. */
  checkCancelled(): void
  /** Ends a run that a trap has left open. */
  recover(): void
  hasScratch(sizeBytes: number, threads: number): boolean
  /** Makes sure that each of `threads` threads has so much scratch memory. */
  reserveScratch(sizeBytes: number, threads: number): void
}

/** Address 0 stands for an absent place, and the first block begins behind it. */
const heapStart = 1024

export function openMachine({ target, isShared, shared, poll, onModule }: MachineOptions): Machine {
  const limits = memoryLimits(isShared)
  const { memory, heap, shelf } = openStore(isShared, shared)
  const table = new webAssembly.Table({ element: 'anyfunc', initial: 0 })
  const { exports } = new webAssembly.Instance(new webAssembly.Module(driverModule(limits)), {
    env: { memory, table, poll },
  })
  const run = exports['lead'] as (stages: number, count: number, block: number, isShared: number) => number // the driver's type
  const indices = new Map<string, number>()
  const modules: LoadedModule[] = []
  const block = heap.allocate(control.sizeBytes)
  let view = new Uint8Array(memory.buffer)
  view.fill(0, block, block + control.sizeBytes)
  let scratch = { address: 0, bytes: 0, threads: 0 }
  const bytes = () => {
    // A memory that grew has another buffer.
    if (view.buffer !== memory.buffer) view = new Uint8Array(memory.buffer)
    return view
  }
  const checkCancelled = () => {
    if (poll() !== 0) throw cancelledError()
  }
  return {
    target,
    memory,
    heap,
    isMultiUser: shared !== undefined,
    block,
    fixed: openFixed({ shelf, weights: shared?.weights, bytes, poll: checkCancelled }),
    modules,
    bytes,
    words: () => new Int32Array(memory.buffer),
    compile(kernels) {
      const fresh = [...new Map(kernels.map((kernel) => [kernel.key, kernel])).values()].filter(
        ({ key }) => !indices.has(key),
      )
      if (fresh.length === 0) return
      const module = new webAssembly.Module(kernelModule(fresh, target, limits))
      const first = table.length
      loadModule({ module, first, count: fresh.length }, memory, table)
      fresh.forEach(({ key }, i) => void indices.set(key, first + i))
      modules.push({ module, first, count: fresh.length })
      onModule?.(modules.at(-1)!)
      Atomics.add(new Int32Array(memory.buffer), (block + control.modules) / 4, 1)
    },
    indexOf: ({ key }) => indices.get(key)!,
    lead: (stages, count, isHelped) => run(stages, count, block, isHelped ? 1 : 0),
    checkCancelled,
    recover() {
      const words = new Int32Array(memory.buffer)
      Atomics.store(words, (block + control.open) / 4, 0)
      Atomics.store(words, (block + control.current) / 4, -1)
      Atomics.notify(words, (block + control.current) / 4)
      while (Atomics.load(words, (block + control.active) / 4) > 0);
    },
    hasScratch: (sizeBytes, threads) => sizeBytes <= scratch.bytes && threads <= scratch.threads,
    reserveScratch(sizeBytes, threads) {
      if (sizeBytes <= scratch.bytes && threads <= scratch.threads) return
      heap.free(scratch.address)
      const needed = Math.ceil((sizeBytes + 64) / 64) * 64
      // Once it grows, it grows again with the next sizes; what nobody touches costs nothing.
      const bytes = needed > scratch.bytes ? Math.max(needed, 2 * scratch.bytes) : scratch.bytes
      scratch = { address: 0, bytes: 0, threads: 0 }
      scratch = { address: heap.allocate(bytes * threads), bytes, threads }
      const words = new Int32Array(memory.buffer)
      words[(block + control.scratch) / 4] = scratch.address
      words[(block + control.scratchStride) / 4] = bytes
    },
  }
}

/** Puts a module's kernels into a thread's table. */
export function loadModule(
  { module, first, count }: LoadedModule,
  memory: WasmMemory,
  table: WasmTable,
): void {
  const { exports } = new webAssembly.Instance(module, { env: { memory } })
  table.grow(Math.max(0, first + count - table.length))
  for (let i = 0; i < count; i++) table.set(first + i, exports[`k${i}`])
}

interface Store extends Pick<Machine, 'memory' | 'heap'> {
  readonly shelf: Shelf
}

function openStore(isShared: boolean, shared: SharedMemory | undefined): Store {
  if (shared) {
    const heap = openSharedHeap(shared.memory, shared.user)
    return { memory: shared.memory, heap, shelf: sharedShelf(heap, shared.user) }
  }
  const memory = new webAssembly.Memory({ initial: initialPages, maximum: maximumPages, shared: isShared })
  const heap = openMemoryHeap(memory)
  return { memory, heap, shelf: privateShelf(heap) }
}

/** All of the memory behind `heapStart`, but for the bytes that kernels may read behind the last block. */
function openMemoryHeap(memory: WasmMemory): Heap {
  let claimed = heapStart
  return openHeap((sizeBytes) => {
    const missing = claimed + sizeBytes + readableBytes - memory.buffer.byteLength
    if (missing > 0) growMemory(memory, Math.ceil(missing / pageBytes))
    const start = claimed
    claimed = memory.buffer.byteLength - readableBytes
    return { start, sizeBytes: claimed - start }
  })
}
