/** The engines by the names of the command line. */
import type { EngineAdapter } from './adapter.ts'

export const engineNames = ['wasm', 'wasm-sync', 'ort-web', 'ort-node', 'tfjs', 'reference'] as const
export type EngineName = (typeof engineNames)[number]

/** The adapter of an engine; nothing of the others is loaded. */
export async function adapterOf(name: EngineName): Promise<EngineAdapter> {
  switch (name) {
    case 'wasm':
      return (await import('./slipway.ts')).wasm
    case 'wasm-sync':
      return (await import('./slipway.ts')).wasmSync
    case 'reference':
      return (await import('./slipway.ts')).reference
    case 'ort-web':
      return (await import('./ort-web.ts')).ortWeb
    case 'ort-node':
      return (await import('./ort-node.ts')).ortNode
    case 'tfjs':
      return (await import('./tfjs.ts')).tfjs
    default:
      return name satisfies never
  }
}
