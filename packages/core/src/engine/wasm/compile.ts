/** A graph compiled on the calling thread: what the worker of the engine holds, and what small models run on directly. */
import { platform } from '#platform'
import type { Limits } from '../../base/limits.ts'
import type { Value } from '../../base/value.ts'
import { type Graph, nodeLabel, operatorText } from '../../ir/graph.ts'
import { portableTarget, type Target } from '../../kernel/target.ts'
import { probeTile } from '../../kernel/tile-probe.ts'
import { optimize } from '../../passes/index.ts'
import { enableRelaxedSimd, hasSharedMemory } from '../../wasm/index.ts'
import type { Revectorizer } from '../engine.ts'
import { assertOperatorsKnown } from '../graph-census.ts'
import { checkIntoNames, type Into } from '../into.ts'
import { mapTensors } from '../share-graph.ts'
import type { WorkerReport } from '../worker-protocol.ts'
import type { StageObserver } from './executor.ts'
import { type LoadedModule, type Machine, openMachine, type SharedMemory } from './machine.ts'
import { type Model, openModel } from './model.ts'
import { tryRevectorizer } from './revectorizer.ts'
import type { State, StateNames } from './state.ts'

export interface CompileOptions {
  readonly limits?: Limits | undefined
  /** True: the same bits on every machine, without the fastest instructions. */
  readonly deterministic?: boolean | undefined
  /** True: V8's re-vectoriser is turned on for this process, if it passes its self-test. */
  readonly revectorize?: boolean | undefined
  /** Most bytes that plans for sizes other than the last ones may take; 256 MiB unless given. */
  readonly planBytes?: number | undefined
  /** Inputs whose values stay from run to run, each with the output whose value it takes after a run. */
  readonly state?: StateNames | undefined
}

export const defaultPlanBytes = 256 * 2 ** 20

/** What the worker adds: threads that help, and a way to stop. */
export interface HostedOptions extends CompileOptions {
  readonly threads: number
  /** A memory that several workers use. */
  readonly shared?: SharedMemory | undefined
  /** What other workers compile for, so that they can share what they make; found out unless given. */
  readonly target?: Target | undefined
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
  /** What stays from run to run. */
  readonly state: Pick<State, 'read' | 'write'>
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
    state: hosted.model.state,
    report: () => reportOf(hosted),
  }
}

export function openHosted(graph: Graph, options: HostedOptions): Hosted {
  const { deterministic = false, revectorize = false, limits, planBytes = defaultPlanBytes, state } = options
  const { threads, shared, target, isCancelled, onModule } = options
  const relaxed = target?.relaxed ?? !deterministic
  const isRelaxed = relaxed && enableRelaxedSimd()
  const revectorizer = revectorize ? tryRevectorizer(isRelaxed, platform.vectorSwitch()) : { isOn: false }
  const machine = openMachine({
    target: target ?? chooseTarget(deterministic, isRelaxed),
    isShared: shared !== undefined || threads > 1,
    shared,
    poll: () => (isCancelled() ? 1 : 0),
    onModule,
  })
  const model = openModel(machine, graph, {
    threads,
    limits,
    planBytes,
    state,
    optimize: (given) => adoptConstants(optimize(given).graph, machine),
    checkCancelled: machine.checkCancelled,
  })
  return { machine, model, revectorizer }
}

/** What the optimiser has computed goes where all users share it. */
function adoptConstants(graph: Graph, { fixed }: Machine): Graph {
  return fixed.make(() => mapTensors(graph, fixed.adopt))
}

function chooseTarget(deterministic: boolean, relaxed: boolean): Target {
  return deterministic ? portableTarget : { relaxed, tile: probeTile(relaxed, platform.nowMs) }
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
    sharesMemory: machine.isMultiUser,
    arenaBytes: sizeBytes,
    arenaLowerBoundBytes: lowerBoundBytes,
    revectorizer,
  }
}
