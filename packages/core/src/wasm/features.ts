/** What the engine that runs us can do with WebAssembly, found out by asking it to validate tiny modules. */
import { platform } from '#platform'
import { webAssembly } from '../platform/web-assembly.ts'
import { moduleBuilder } from './module-builder.ts'
import { op } from './operand.ts'

/** True where f32x4.relaxed_madd and its kin may be used. */
export function hasRelaxedSimd(): boolean {
  const m = moduleBuilder()
  m.func('probe', ['v128', 'v128', 'v128'], 'v128', (_, a, b, c) => op('f32x4.relaxed_madd', a, b, c))
  return webAssembly.validate(m.build())
}

/** The same, after asking the platform for it where it is missing. Modules compiled before may not use it. */
export function enableRelaxedSimd(): boolean {
  if (hasRelaxedSimd()) return true
  platform.requestRelaxedSimd()
  return hasRelaxedSimd()
}

/** True where memory can be shared between threads: in Node, and in pages that are cross-origin isolated. */
export function hasSharedMemory(): boolean {
  if (typeof SharedArrayBuffer !== 'function') return false
  try {
    const { buffer } = new webAssembly.Memory({ initial: 1, maximum: 1, shared: true })
    return buffer instanceof SharedArrayBuffer
  } catch {
    return false
  }
}
