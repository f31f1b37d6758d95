/** A thread that helps a leader: it sleeps until a run is open, works on it until it is over, and sleeps again. */
import { driverModule } from '../../codegen/kernel-module.ts'
import { control } from '../../codegen/layout.ts'
import { type WasmMemory, webAssembly } from '../../platform/web-assembly.ts'
import { type LoadedModule, loadModule } from './machine.ts'
import { memoryLimits } from './memory-limits.ts'

export interface Helper {
  load(loaded: LoadedModule): void
  /** Helps until the leader has code that this thread has not; call again once that was loaded. Blocks the thread. */
  work(): void
}

/** @param thread from 1 on; picks the scratch memory. */
export function openHelper(memory: WasmMemory, block: number, thread: number): Helper {
  const table = new webAssembly.Table({ element: 'anyfunc', initial: 0 })
  const driver = new webAssembly.Module(driverModule(memoryLimits(true)))
  const { exports } = new webAssembly.Instance(driver, { env: { memory, table, poll: () => 0 } })
  const help = exports['help'] as (block: number, thread: number) => void // the driver's type
  // Fetches the buffer that reaches the block; a shared buffer keeps its length when the memory grows.
  memory.grow(0)
  const words = new Int32Array(memory.buffer)
  const at = (offset: number) => (block + offset) / 4
  let loaded = 0
  return {
    load(code) {
      loadModule(code, memory, table)
      loaded += 1
    },
    work() {
      for (;;) {
        Atomics.wait(words, at(control.open), 0)
        Atomics.add(words, at(control.active), 1)
        const isUpToDate = Atomics.load(words, at(control.modules)) === loaded
        try {
          if (isUpToDate) help(block, thread)
        } catch {
          Atomics.store(words, at(control.failed), 1)
          Atomics.notify(words, at(control.current))
        } finally {
          Atomics.sub(words, at(control.active), 1)
        }
        if (!isUpToDate) return
        // The leader closes a failed run as soon as it sees the failure.
        while (Atomics.load(words, at(control.failed)) === 1 && Atomics.load(words, at(control.open)) === 1);
      }
    },
  }
}
