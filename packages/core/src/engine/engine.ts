/**
 * The contract between a Graph and what runs it. An engine prepares a graph once; the Program that comes of it
 * runs any number of times, off the caller's thread, until it is disposed.
 */
import type { DType } from '../base/dtype.ts'
import type { Limits } from '../base/limits.ts'
import type { Shape } from '../base/shape.ts'
import type { Tensor } from '../base/tensor.ts'
import type { Value } from '../base/value.ts'
import type { Graph } from '../ir/graph.ts'
import type { Into } from './into.ts'

/** Element types whose tensors are typed arrays. */
export type NumericType = Exclude<DType, 'string'>

export interface PrepareOptions {
  readonly limits?: Limits | undefined
  /** Most runs at the same time; further ones wait in line. 1 unless given. */
  readonly workers?: number | undefined
  /** Threads that one run may use; the machine's, but at most 4, unless given. The reference engine uses one. */
  readonly threads?: number | undefined
  /**
   * What runs do that happen at the same time in several workers. 'adaptive', unless given: a run uses all threads where
   * it begins alone, and one where others are under way, so that they do not get into each other's way. 'fixed': each
   * uses all threads.
   */
  readonly threading?: 'adaptive' | 'fixed' | undefined
  /** True: the same bits on every machine, without the fastest instructions. */
  readonly deterministic?: boolean | undefined
  /**
   * True: lets V8 join pairs of 128-bit instructions to 256-bit ones, which makes products faster on Node 24 and later.
   * It is an experiment of V8 that holds for the whole process, so each worker tests it first, which takes a moment;
   * `report` says what came of it.
   */
  readonly revectorize?: boolean | undefined
  /**
   * Most bytes that plans for sizes other than the last ones may take in a worker, their arena included; those that were
   * not used for longest go first. 256 MiB unless given.
   */
  readonly planBytes?: number | undefined
  /**
   * Inputs whose values stay in the engine's memory from run to run, each with the output whose value it takes after a
   * run: parameters and what belongs to them. They need to be given once only, and such a program has one worker. The
   * engines `wasm` and `reference` have it.
   */
  readonly state?: ReadonlyMap<string, string> | undefined
  /** How long a cancelled run may take to stop by itself before its worker is ended. 40 unless given. */
  readonly graceMs?: number | undefined
}

export interface ProgramRunOptions {
  /** Values to return, intermediate ones included; the graph's outputs unless given. */
  readonly outputs?: readonly string[] | undefined
  /** Stops the run; the promise then rejects with SLP-S7. */
  readonly signal?: AbortSignal | undefined
  /** Seed of the random operators that carry none of their own. */
  readonly seed?: number | undefined
  /** True: time every node. */
  readonly profile?: boolean | undefined
  /**
   * Told now and then how many nodes of the graph have run. Never called once the run has ended; must not throw.
   */
  readonly onProgress?: ((done: number, total: number) => void) | undefined
  /** True: the memory of the input tensors may be taken over, which leaves the caller's arrays empty. */
  readonly transfer?: boolean | undefined
}

/** What can be asked of a run that has ended before anybody could cancel it. */
export interface SyncRunOptions extends Pick<ProgramRunOptions, 'outputs' | 'seed'> {
  /** Arrays that outputs are written into, by the names of the outputs. */
  readonly into?: Into | undefined
}

/** One node of a profiled run; times are those of the thread that ran it. */
export interface NodeProfile {
  readonly name: string
  /** `Conv`, or `ai.onnx.ml.Scaler` outside the ONNX domain. */
  readonly operator: string
  /** Since the start of the run. */
  readonly startMs: number
  readonly durationMs: number
  readonly outputBytes: number
}

export interface RunResult {
  readonly outputs: ReadonlyMap<string, Value>
  /** In the order of execution; present where it was asked for. */
  readonly profile?: readonly NodeProfile[] | undefined
}

/** A node that does not run on the engine's own kernels. */
export interface Fallback {
  readonly node: string
  readonly operator: string
  readonly reason: string
}

export interface MemoryReport {
  /** Constants of the graph, subgraphs included. */
  readonly weightBytes: number
  /** The part of them that all workers share. */
  readonly sharedBytes: number
  /** Workers alive; each holds the weights that are not shared. */
  readonly workers: number
  /** Memory of the whole process; undefined where the platform does not say. */
  readonly residentBytes: number | undefined
  /** Memory of WebAssembly, all workers together; it holds packed weights and arenas. */
  readonly wasmBytes: number
  /** Where values of a run lie: the largest arena of each worker, and the least that its values need at one time. */
  readonly arenaBytes: number
  readonly arenaLowerBoundBytes: number
}

/** Whether V8 joins pairs of vectors. */
export interface Revectorizer {
  readonly isOn: boolean
  /** Why not, where that was asked for. */
  readonly reason?: string | undefined
}

export interface EngineReport {
  readonly engine: string
  readonly memory: MemoryReport
  /** Nodes of the graph and its subgraphs by operator. */
  readonly operators: ReadonlyMap<string, number>
  readonly fallbacks: readonly Fallback[]
  /** Threads that one run really uses: 1 where the platform shares no memory. */
  readonly threads: number
  /** Workers that were replaced because they died or did not stop. */
  readonly restarts: number
  /** What `revectorize` came to. */
  readonly revectorizer: Revectorizer
  readonly running: number
  readonly queued: number
}

/** Values of inputs that stay in memory. A run that fails or is cancelled leaves them as they were. */
export interface ProgramState {
  /** Sets some of them. Rejects with SLP-S1 for an input that is not kept. */
  write(values: ReadonlyMap<string, Value>): Promise<void>
  /** Copies of some of them. Rejects with SLP-S2 for one that was never given. */
  read(names: readonly string[]): Promise<ReadonlyMap<string, Value>>
}

export interface Program extends AsyncDisposable {
  /**
   * Runs the graph once.
   *
   * @throws SLP-S5 for an unknown output, SLP-S6 after `dispose`, SLP-S7 once cancelled, SLP-S8 where the engine
   * itself fails, and the refusals of the operators.
   */
  run(inputs: ReadonlyMap<string, Value>, options?: ProgramRunOptions): Promise<RunResult>
  /**
   * Runs the graph on the calling thread, which waits; absent where the engine has no such runs. The first call
   * compiles the graph. Throws as `run` rejects.
   */
  runSync?(inputs: ReadonlyMap<string, Value>, options?: SyncRunOptions): ReadonlyMap<string, Value>
  /** What stays from run to run; present where `state` was asked for. */
  readonly state?: ProgramState | undefined
  /** A tensor of zeros in memory that runs read without a copy, where the engine and the platform have such memory. */
  allocate(dtype: NumericType, shape: Shape): Tensor
  report(): EngineReport
  /** Stops every run (they reject with SLP-S6) and gives everything back. May be called twice. */
  dispose(): Promise<void>
}

export interface Engine {
  readonly name: string
  /** Makes a graph ready to run. Throws SLP-O3 for operators that the engine does not know. */
  prepare(graph: Graph, options?: PrepareOptions): Promise<Program>
  /**
   * Makes an ONNX file ready to run as it is, where the engine reads such files itself; `graph` is what Slipway read from
   * it. Values that the file's own nodes make may be asked for.
   */
  prepareFile?(bytes: Uint8Array, graph: Graph, options?: PrepareOptions): Promise<Program>
}
