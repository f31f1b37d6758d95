/** onnxruntime-web on its WebAssembly back end: the mark to beat. */
import type { EngineAdapter } from './adapter.ts'
import { createOrtRunner, type Ort } from './ort.ts'
import { importPeer, peerVersion } from './peer.ts'

export const ortWeb: EngineAdapter = {
  refuses: (threads) =>
    threads > 1 ? 'onnxruntime-web has no threads in Node, whatever numThreads says' : undefined,
  async load() {
    const ort = await importPeer<Ort>('onnxruntime-web')
    return {
      version: peerVersion('onnxruntime-web'),
      create: (bytes, inputs, { threads }) => {
        ort.env.wasm.numThreads = threads
        return createOrtRunner(ort, bytes, inputs, { executionProviders: ['wasm'] })
      },
    }
  },
}
