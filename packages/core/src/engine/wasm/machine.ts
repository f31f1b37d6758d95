/**
 * One linear memory with everything that runs in it: a heap, the driver, the kernels that have been compiled so far,
 * and the constants. A machine belongs to one thread; helper threads attach to its memory.
 */
import { SlipwayError } from '../../base/errors.ts'
import type { NumericData, Tensor } from '../../base/tensor.ts'
import { driverModule, kernelModule } from '../../codegen/kernel-module.ts'
import { control } from '../../codegen/layout.ts'
import type { Buffer, Kernel } from '../../kernel/kernel.ts'
import type { Target } from '../../kernel/target.ts'
import { type Heap, openHeap } from '../../memory/heap.ts'
import { type WasmMemory, type WasmModule, type WasmTable, webAssembly } from '../../platform/web-assembly.ts'
import type { MemoryLimits } from '../../wasm/index.ts'

/** Code for a thread: the i-th kernel of a module goes to `first + i` of its table. */
export interface LoadedModule {
  readonly module: WasmModule
  readonly first: number
  readonly count: number
}

export interface MachineOptions {
  readonly target: Target
  /** True: the memory can be shared with other threads. */
  readonly isShared: boolean
  /** 1 where the run at hand must stop. */
  poll(): number
  /** Told of every module, so that helpers can load it too. */
  onModule?(loaded: LoadedModule): void
}

export interface Machine {
  readonly target: Target
  readonly memory: WasmMemory
  readonly heap: Heap
  /** Address of the control block. */
  readonly block: number
  /** Views of the memory as it is now; not to be kept over an allocation. */
  bytes(): Uint8Array
  words(): Int32Array
  /** Compiles the kernels that are new. */
  compile(kernels: readonly Kernel[]): void
  indexOf(kernel: Kernel): number
  /** The buffer of a constant; the same for the same tensor. */
  constantBuffer(value: Tensor, label: string): Buffer
  isConstant(buffer: Buffer): boolean
  /** A constant's bytes. */
  contentOf(buffer: Buffer): Uint8Array | undefined
  /** Buffers that have memory for good, with their addresses. */
  readonly persistent: Map<Buffer, number>
  /** What hoisted calls computed, by its name. */
  readonly hoisted: Map<string, Buffer>
  /** Everything compiled so far, in order. */
  readonly modules: readonly LoadedModule[]
  /** A number for a buffer that stays the same. */
  idOf(buffer: Buffer): number
  /** Runs stages; `isHelped` where helpers may join. */
  lead(stages: number, count: number, isHelped: boolean): number
  /** Ends a run that a trap has left open. */
  recover(): void
  hasScratch(sizeBytes: number, threads: number): boolean
  /** Makes sure that each of `threads` threads has so much scratch memory. */
  reserveScratch(sizeBytes: number, threads: number): void
}

export const pageBytes = 65536
/** 4 GiB, the most that 32-bit addresses reach; only what is used is backed by memory. */
const maximumPages = 65536
const initialPages = 16
/** Kernels may read so far behind a buffer. */
const readableBytes = 64
/** Address 0 stands for an absent place, and the first block begins behind it. */
const heapStart = 1024

/** Of every machine's memory; modules that import it must say the same. */
export function memoryLimits(shared: boolean): MemoryLimits {
  return { initialPages, maximumPages, shared }
}

export function openMachine({ target, isShared, poll, onModule }: MachineOptions): Machine {
  const limits = memoryLimits(isShared)
  const memory = new webAssembly.Memory({ initial: initialPages, maximum: maximumPages, shared: isShared })
  const heap = openMemoryHeap(memory)
  const table = new webAssembly.Table({ element: 'anyfunc', initial: 0 })
  const { exports } = new webAssembly.Instance(new webAssembly.Module(driverModule(limits)), {
    env: { memory, table, poll },
  })
  const run = exports['lead'] as (stages: number, count: number, block: number, isShared: number) => number // the driver's type
  const indices = new Map<string, number>()
  const constants = openConstants()
  const modules: LoadedModule[] = []
  const ids = new Map<Buffer, number>()
  const block = heap.allocate(control.sizeBytes)
  let bytes = new Uint8Array(memory.buffer)
  let scratch = { address: 0, bytes: 0, threads: 0 }

  return {
    target,
    memory,
    heap,
    block,
    persistent: new Map(),
    hoisted: new Map(),
    modules,
    ...constants,
    bytes() {
      // A memory that grew has another buffer.
      if (bytes.buffer !== memory.buffer) bytes = new Uint8Array(memory.buffer)
      return bytes
    },
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
    idOf(buffer) {
      const id = ids.get(buffer) ?? ids.size
      ids.set(buffer, id)
      return id
    },
    lead: (stages, count, isHelped) => run(stages, count, block, isHelped ? 1 : 0),
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

/** All of the memory behind `heapStart`, but for the bytes that kernels may read behind the last block. */
function openMemoryHeap(memory: WasmMemory): Heap {
  let claimed = heapStart
  return openHeap((sizeBytes) => {
    const missing = claimed + sizeBytes + readableBytes - memory.buffer.byteLength
    if (missing > 0) grow(memory, Math.ceil(missing / pageBytes))
    const start = claimed
    claimed = memory.buffer.byteLength - readableBytes
    return { start, sizeBytes: claimed - start }
  })
}

function grow(memory: WasmMemory, pages: number): void {
  try {
    memory.grow(pages)
  } catch (cause) {
    throw new SlipwayError(
      'SLP-L4',
      `Cannot allocate memory: 4 GiB are the most, got ${memory.buffer.byteLength} bytes and ${pages} pages more`,
      { cause },
    )
  }
}

/** Constants by tensor, so that equal names of several graphs do not matter. */
function openConstants(): Pick<Machine, 'constantBuffer' | 'isConstant' | 'contentOf'> {
  const buffers = new Map<Tensor, Buffer>()
  const contents = new Map<Buffer, Uint8Array>()
  return {
    constantBuffer(value, label) {
      const known = buffers.get(value)
      if (known) return known
      const data = value.data as NumericData // kernels hold no strings
      const buffer: Buffer = { label, sizeBytes: data.byteLength }
      buffers.set(value, buffer)
      contents.set(buffer, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      return buffer
    },
    isConstant: (buffer) => contents.has(buffer),
    contentOf: (buffer) => contents.get(buffer),
  }
}
