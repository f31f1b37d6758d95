/** The compiler's engine: a graph becomes kernels of WebAssembly, planned for the sizes at hand. */
import { compileGraph } from './wasm/compile.ts'
import { workerEngine } from './worker-engine.ts'

export const wasmEngine = workerEngine('wasm', compileGraph)
