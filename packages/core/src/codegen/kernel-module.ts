/** Modules over a shared memory and table: one for the driver, one for each set of kernels that is new. */
import { emitKernel, type Kernel } from '../kernel/kernel.ts'
import type { Target } from '../kernel/target.ts'
import { type MemoryLimits, moduleBuilder } from '../wasm/index.ts'
import { emitHelp, emitLead } from './driver.ts'

/** Imports `env.memory`; exports the i-th kernel as `k<i>`. */
export function kernelModule(
  kernels: readonly Kernel[],
  target: Target,
  memory: MemoryLimits,
): Uint8Array<ArrayBuffer> {
  const m = moduleBuilder()
  m.importMemory('env', 'memory', memory)
  kernels.forEach((kernel, i) => {
    m.export(`k${i}`, emitKernel(m, kernel, target))
  })
  return m.build()
}

/** Imports `env.memory`, `env.table` and `env.poll` () → i32; exports `lead` and `help`. */
export function driverModule(memory: MemoryLimits): Uint8Array<ArrayBuffer> {
  const m = moduleBuilder()
  const poll = m.importFunction('env', 'poll', [], 'i32')
  m.importMemory('env', 'memory', memory)
  m.importTable('env', 'table', 0)
  m.export('lead', emitLead(m, poll))
  m.export('help', emitHelp(m))
  return m.build()
}
