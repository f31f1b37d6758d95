/** How small a machine's memory begins and how large it may grow. */
import type { MemoryLimits } from '../../wasm/index.ts'

/** 4 GiB, the most that 32-bit addresses reach; only what is used is backed by memory. */
export const maximumPages = 65536
export const initialPages = 16

/** Of every machine's memory; modules that import it must say the same. */
export function memoryLimits(shared: boolean): MemoryLimits {
  return { initialPages, maximumPages, shared }
}
