/** A graph compiled on the calling thread: what the worker of the engine holds, and what small models run on directly. */
import { platform } from '#platform'
import { SlipwayError } from '../../base/errors.ts'
import type { Limits } from '../../base/limits.ts'
import type { Value } from '../../base/value.ts'
import { type Graph, nodeLabel, operatorText } from '../../ir/graph.ts'
import { portableTarget } from '../../kernel/target.ts'
import { probeTile } from '../../kernel/tile-probe.ts'
import { optimize } from '../../passes/index.ts'
import { enableRelaxedSimd, hasSharedMemory } from '../../wasm/index.ts'
import type { Revectorizer } from '../engine.ts'
import { assertOperatorsKnown } from '../graph-census.ts'
import { checkIntoNames, type Into } from '../into.ts'
import type { WorkerReport } from '../worker-protocol.ts'
import type { StageObserver } from './executor.ts'
import { type LoadedModule, type Machine, openMachine } from './machine.ts'
import { type Model, openModel } from './model.ts'
import { tryRevectorizer } from './revectorizer.ts'

export interface CompileOptions {
  readonly limits?: Limits | undefined
  /** True: the same bits on every machine, without the fastest instructions. */
  readonly deterministic?: boolean | undefined
  /** True: V8's re-vectoriser is turned on for this process, if it passes its self-test. */
  readonly revectorize?: boolean | undefined
}

/** What the worker adds: threads that help, and a way to stop. */
export interface HostedOptions extends CompileOptions {
  readonly threads: number
  isCancelled(): boolean
  onModule(loaded: LoadedModule): void
}

export interface CompiledRunOptions {
  /** Values to return; the graph's outputs unless given. */
  readonly outputs?: readonly string[] | undefined
  readonly seed?: number | undefined
  readonly observer?: StageObserver | undefined
  /** Arrays that outputs are written into, by the names of the outputs. */
  readonly into?: Into | undefined
}

export interface CompiledGraph {
  /** Runs on the calling thread, which waits. Throws as `Program.run` does. */
  run(inputs: ReadonlyMap<string, Value>, options?: CompiledRunOptions): Map<string, Value>
  report(): WorkerReport
}

export interface Hosted {
  readonly machine: Machine
  readonly model: Model
  readonly revectorizer: Revectorizer
}

/**
 * Compiles a graph for this thread. Kernels are compiled for the sizes of the first run, and again only where other
 * sizes need other code.
 *
 * @throws SLP-O3 for operators that nobody knows.
 */
export function compileGraph(graph: Graph, options: CompileOptions = {}): CompiledGraph {
  assertOperatorsKnown(graph)
  const hosted = openHosted(graph, {
    ...options,
    threads: 1,
    isCancelled: () => false,
    onModule: () => {},
  })
  return {
    run(inputs, { outputs = graph.outputs, seed, observer, into } = {}) {
      if (into) checkIntoNames(into, outputs)
      return hosted.model.run({ inputs, outputs, seed, observer, into })
    },
    report: () => reportOf(hosted),
  }
}

export function openHosted(
  graph: Graph,
  { deterministic = false, revectorize = false, limits, threads, isCancelled, onModule }: HostedOptions,
): Hosted {
  const relaxed = !deterministic && enableRelaxedSimd()
  const revectorizer = revectorize ? tryRevectorizer(relaxed, platform.vectorSwitch()) : { isOn: false }
  const machine = openMachine({
    target: deterministic ? portableTarget : { relaxed, tile: probeTile(relaxed, platform.nowMs) },
    isShared: threads > 1,
    poll: () => (isCancelled() ? 1 : 0),
    onModule,
  })
  const model = openModel(machine, graph, {
    threads,
    limits,
    optimize: (given) => optimize(given).graph,
    checkCancelled() {
      if (isCancelled()) throw new SlipwayError('SLP-S7', 'Cannot finish run: it was cancelled')
    },
  })
  return { machine, model, revectorizer }
}

/** Threads that can take part in a run. */
export function usableThreads(wanted: number): number {
  return hasSharedMemory() ? wanted : 1
}

export function reportOf({ machine, model, revectorizer }: Hosted): WorkerReport {
  const { sizeBytes, lowerBoundBytes } = model.arena()
  return {
    fallbacks: [...model.fallbacks()].map(([node, reason]) => ({
      node: nodeLabel(node),
      operator: operatorText(node),
      reason,
    })),
    wasmBytes: machine.memory.buffer.byteLength,
    arenaBytes: sizeBytes,
    arenaLowerBoundBytes: lowerBoundBytes,
    revectorizer,
  }
}
