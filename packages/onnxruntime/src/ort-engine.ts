/** ONNX Runtime behind the Engine contract. */
import type { Engine, Graph, PrepareOptions, Program } from '@slipway/core'
import { assertAllowed } from './allow-list.ts'
import { fileOfGraph } from './file-of-graph.ts'
import { findPeer } from './find-peer.ts'
import type { OrtOptions } from './ort-options.ts'
import { openProgram } from './ort-program.ts'

/**
 * An engine that runs models on ONNX Runtime, in threads of its own: its packages block the thread that calls them.
 * Runs cannot be stopped half way, seeds and profiles are the runtime's own affair, and types that its JavaScript
 * interface lacks (4-bit and 8-bit floats, sequences, maps) are refused. Nothing is loaded before a model is prepared.
 *
 * @throws as `prepare` rejects: SLP-D1 where the package is not installed, SLP-D2 for a library that is not on the
 * allow-list, SLP-F4, SLP-F7, SLP-O3 for a model that the runtime cannot read.
 * @example
 * const engine = ortEngine({ threads: 1, log: console.log })
 * engine.name // 'native'
 */
export function ortEngine(options: OrtOptions = {}): Engine {
  const { peer: name = 'onnxruntime-node' } = options
  const own = name === 'onnxruntime-node' ? 'native' : 'native-web'
  const open = (bytes: Uint8Array, graph: Graph, prepare: PrepareOptions = {}): Promise<Program> => {
    const peer = findPeer(name, options.searchFrom)
    if (options.allowList) assertAllowed(peer, options.allowList)
    options.log?.(`${own}: ${peer.name} ${peer.version} from ${peer.folder}`)
    const threads = options.threads ?? prepare.threads ?? 0
    return openProgram({
      name: own,
      peer,
      bytes,
      graph,
      session: sessionOptions(options, threads),
      workers: Math.max(1, prepare.workers ?? 1),
      threads: Math.max(1, threads),
    })
  }
  return {
    name: own,
    prepare: async (graph, prepare) => open(fileOfGraph(graph), graph, prepare),
    prepareFile: async (bytes, graph, prepare) => open(bytes, graph, prepare),
  }
}

/** Errors are thrown anyway, so the runtime need not print them. */
const fatalOnly = 4

function sessionOptions(options: OrtOptions, threads: number): object {
  const { providers, deviceId, arena, optimization, peer } = options
  const usual = peer === 'onnxruntime-web' ? ['wasm'] : ['cpu']
  return {
    logSeverityLevel: fatalOnly,
    executionProviders: (providers ?? usual).map((name) =>
      deviceId === undefined || usual.includes(name) ? name : { name, deviceId },
    ),
    ...(threads > 0 && { intraOpNumThreads: threads }),
    ...(arena !== undefined && { enableCpuMemArena: arena }),
    ...(optimization !== undefined && { graphOptimizationLevel: optimization }),
  }
}
