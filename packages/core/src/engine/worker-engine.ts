/** Engines whose programs run in worker threads, so that no caller ever waits for them. */
import { platform } from '#platform'
import type { Value } from '../base/value.ts'
import type { Graph } from '../ir/graph.ts'
import type { WorkerProgram } from '../platform/types.ts'
import { hasSharedMemory } from '../wasm/index.ts'
import { asyncDisposable } from './async-disposable.ts'
import type {
  Engine,
  MemoryReport,
  PrepareOptions,
  Program,
  ProgramRunOptions,
  Revectorizer,
  RunResult,
} from './engine.ts'
import { assertOperatorsKnown, assertValues, countOperators, valueNames } from './graph-census.ts'
import { allocateTensor, openProgramMemory, type ProgramMemory } from './program-memory.ts'
import { openProgramState } from './program-state.ts'
import { shareGraph } from './share-graph.ts'
import { disposedError, openPool } from './worker-pool.ts'
import type { WorkerReport, WorkerSettings } from './worker-protocol.ts'

const defaultGraceMs = 40
/** More threads than this seldom pay for one request. */
const mostDefaultThreads = 4

/** Makes a graph ready for runs on the calling thread. */
export type Compile = (
  graph: Graph,
  options: Pick<PrepareOptions, 'limits' | 'deterministic' | 'revectorize' | 'planBytes'>,
) => { run: NonNullable<Program['runSync']> }

/**
 * An engine whose workers run `program`; with `loadCompile`, its programs run on the calling thread too. That code is
 * loaded while the workers start, so that a page shows without it.
 */
export function workerEngine(
  program: Exclude<WorkerProgram, 'wasm-helper'>,
  loadCompile?: () => Promise<Compile>,
): Engine {
  return { name: program, prepare: (graph, options) => prepare(program, loadCompile, graph, options) }
}

async function prepare(
  program: WorkerProgram,
  loadCompile: (() => Promise<Compile>) | undefined,
  graph: Graph,
  options: PrepareOptions = {},
): Promise<Program> {
  const { workers = 1, graceMs = defaultGraceMs, limits } = options
  assertOperatorsKnown(graph)
  const settings = settingsFor(program, options)
  const isShared = program === 'wasm' && hasSharedMemory() && (settings.threads > 1 || workers > 1)
  const opened = isShared ? openProgramMemory(graph) : undefined
  const { graph: shared, weightBytes, sharedBytes } = opened?.graph ?? shareGraph(graph)
  const [operators, names] = [countOperators(graph), valueNames(graph)]
  // The program outlives the caller's graph, whose weights are now in `shared`, so it must not hold on to it.
  const { outputs: graphOutputs } = graph
  const pool = openPool({
    program,
    graph: shared,
    limits,
    settings,
    memory: opened?.memory,
    graceMs,
    workers: options.state ? 1 : Math.max(1, workers),
    isFixed: options.threading === 'fixed',
  })
  const [compile] = await Promise.all([loadCompile?.(), pool.ready])

  function run(inputs: ReadonlyMap<string, Value>, request: ProgramRunOptions = {}): Promise<RunResult> {
    const { outputs = graphOutputs, signal, seed, profile = false, onProgress } = request
    return new Promise((resolve, reject) => {
      assertValues(outputs, names)
      const give = request.transfer === true
      pool.add({ inputs, give, outputs, seed, profile, signal, onProgress, resolve, reject })
    })
  }

  const own = compile && openOwnRuns(() => compile(shared, { limits, ...settings }), names)
  let { memory } = opened ?? {}
  const dispose = () => {
    own?.close()
    memory = undefined
    return pool.close()
  }

  return {
    run,
    ...(options.state ? { state: openProgramState(pool, options.state) } : own && { runSync: own.run }),
    allocate: (dtype, shape) => allocateTensor(memory, dtype, shape),
    report: () => {
      const { alive, ...counts } = pool.counts()
      const reports = pool.reports()
      const sizes = { weightBytes, sharedBytes, workers: alive, ...sumOf(reports, memory) }
      const { fallbacks = [], revectorizer }: Partial<WorkerReport> = reports[0] ?? {}
      const vectors = revectorizer ?? noVectors(program, settings)
      return { engine: program, memory: sizes, operators, fallbacks, revectorizer: vectors, ...counts }
    },
    dispose,
    ...asyncDisposable(dispose),
  }
}

function settingsFor(program: WorkerProgram, options: PrepareOptions) {
  const { deterministic = false, revectorize = false, planBytes, state } = options
  const threads = program === 'wasm' ? threadsFor(options) : 1
  return { threads, deterministic, revectorize, planBytes, state } satisfies WorkerSettings
}

function noVectors(program: WorkerProgram, { revectorize }: WorkerSettings): Revectorizer {
  return { isOn: false, ...(revectorize && { reason: `${program} has no vectors` }) }
}

function threadsFor({ threads }: PrepareOptions): number {
  return Math.max(1, threads ?? Math.min(mostDefaultThreads, platform.availableParallelism()))
}

interface OwnRuns {
  readonly run: NonNullable<Program['runSync']>
  close(): void
}

/** Runs on this thread; the first one compiles the graph. */
function openOwnRuns(compile: () => ReturnType<Compile>, names: ReadonlySet<string>): OwnRuns {
  // Holds the weights, which go with the program.
  let source: typeof compile | undefined = compile
  let compiled: ReturnType<Compile> | undefined
  return {
    run(inputs, request = {}) {
      if (!source) throw disposedError()
      assertValues(request.outputs ?? [], names)
      compiled ??= source()
      return compiled.run(inputs, request)
    },
    close() {
      source = undefined
      compiled = undefined
    },
  }
}

type Sums = Pick<MemoryReport, 'residentBytes' | 'wasmBytes' | 'arenaBytes' | 'arenaLowerBoundBytes'>

/** What all workers take together; a memory that they share counts once. */
function sumOf(reports: readonly WorkerReport[], memory: ProgramMemory | undefined): Sums {
  const sum = (part: (report: WorkerReport) => number) => reports.reduce((total, one) => total + part(one), 0)
  const ownBytes = sum(({ wasmBytes, sharesMemory }) => (sharesMemory ? 0 : wasmBytes))
  return {
    residentBytes: platform.residentBytes(),
    wasmBytes: ownBytes + (memory?.sizeBytes ?? 0),
    arenaBytes: sum(({ arenaBytes }) => arenaBytes),
    arenaLowerBoundBytes: sum(({ arenaLowerBoundBytes }) => arenaLowerBoundBytes),
  }
}
