/**
 * A graph on the calling thread, with threads that help it and a way to stop it: for programs that have workers of
 * their own, and want a model read and compiled where it will run.
 */
import type { Limits } from '../base/limits.ts'
import type { Value } from '../base/value.ts'
import type { Graph } from '../ir/graph.ts'
import type { Target } from '../kernel/target.ts'
import { assertOperatorsKnown, assertValues, valueNames } from './graph-census.ts'
import { openHelpers } from './helper-threads.ts'
import { bindInputs, type InputSpec, type Inputs } from './inputs.ts'
import { inputSpecs, type OutputSpec, outputSpecs } from './specs.ts'
import { openHosted, reportOf, usableThreads } from './wasm/compile.ts'
import { warmUp } from './wasm/warm-up.ts'
import type { WorkerReport } from './worker-protocol.ts'

export interface HostOptions {
  readonly limits?: Limits | undefined
  /** True: the same bits on every machine, without the fastest instructions. */
  readonly deterministic?: boolean | undefined
  /** Threads that a run uses, the calling one included; 1 unless given. More block the calling thread: workers only. */
  readonly threads?: number | undefined
  /** `HostedGraph.target` of another thread of this machine, which saves some ten milliseconds of choosing one. */
  readonly target?: Target | undefined
  /** Asked during runs; once true, the run throws SLP-S7. */
  readonly isCancelled?: (() => boolean) | undefined
}

export interface HostedRunOptions {
  /** Values to return; the graph's outputs unless given. */
  readonly outputs?: readonly string[] | undefined
  readonly seed?: number | undefined
}

export interface HostedGraph {
  readonly inputs: readonly InputSpec[]
  readonly outputs: readonly OutputSpec[]
  /** What kernels were made for: the instructions that may be used, and the form that was found to be the fastest. */
  readonly target: Target
  /**
   * Runs on the calling thread, which waits.
   *
   * @throws what `Session.runSync` throws, and SLP-S7 once cancelled.
   */
  run(inputs: Inputs, options?: HostedRunOptions): ReadonlyMap<string, Value>
  report(): WorkerReport
  /** Ends the threads that help. */
  close(): Promise<void>
}

/**
 * Compiles a graph for this thread, and runs it once on zeros where its inputs allow that.
 *
 * @throws SLP-O3 for operators that nobody knows.
 */
export function hostGraph(graph: Graph, options: HostOptions = {}): HostedGraph {
  const { isCancelled = () => false, limits, deterministic } = options
  assertOperatorsKnown(graph)
  const threads = usableThreads(options.threads ?? 1)
  const helpers = openHelpers(threads - 1)
  const hosted = openHosted(graph, {
    threads,
    target: options.target,
    limits,
    deterministic,
    isCancelled,
    onModule: (loaded) => helpers.tell({ kind: 'module', ...loaded }),
  })
  const { machine, model } = hosted
  const inputs = inputSpecs(graph)
  const names = valueNames(graph)
  if (threads > 1) helpers.tell({ kind: 'attach', memory: machine.memory, block: machine.block })
  try {
    warmUp(graph, model)
  } catch (error) {
    // Nobody else can: the caller has nothing to close.
    void helpers.close()
    throw error
  }
  return {
    inputs,
    outputs: outputSpecs(graph),
    target: machine.target,
    run(given, { outputs = graph.outputs, seed } = {}) {
      assertValues(outputs, names)
      return model.run({ inputs: bindInputs(inputs, given), outputs, seed })
    },
    report: () => reportOf(hosted),
    close: () => helpers.close(),
  }
}
