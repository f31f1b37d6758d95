/** The compiler's engine: a graph becomes kernels of WebAssembly, planned for the sizes at hand. */
import { workerEngine } from './worker-engine.ts'

export const wasmEngine = workerEngine('wasm', async () => (await import('./wasm/compile.ts')).compileGraph)
