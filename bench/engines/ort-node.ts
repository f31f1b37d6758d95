/** onnxruntime-node: native code, the mark to come close to. */
import type { EngineAdapter } from './adapter.ts'
import { createOrtRunner, type Ort } from './ort.ts'
import { importPeer, peerVersion } from './peer.ts'

export const ortNode: EngineAdapter = {
  async load() {
    const ort = await importPeer<Ort>('onnxruntime-node')
    return {
      version: peerVersion('onnxruntime-node'),
      create: (bytes, inputs, { threads }) =>
        createOrtRunner(ort, bytes, inputs, {
          executionProviders: ['cpu'],
          intraOpNumThreads: threads,
          interOpNumThreads: threads,
        }),
    }
  },
}
