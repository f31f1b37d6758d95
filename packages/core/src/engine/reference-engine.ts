/** The engine of the reference kernels: the interpreter in worker threads, so that no caller ever waits for it. */
import { platform } from '#platform'
import { SlipwayError } from '../base/errors.ts'
import type { Value } from '../base/value.ts'
import type { Graph } from '../ir/graph.ts'
import { asyncDisposable } from './async-disposable.ts'
import type { Engine, PrepareOptions, Program, ProgramRunOptions, RunResult } from './engine.ts'
import { assertOperatorsKnown, countOperators, valueNames } from './graph-census.ts'
import { moveValues } from './move-values.ts'
import { nameHint } from './nearest-name.ts'
import { shareGraph } from './share-graph.ts'
import { openPool } from './worker-pool.ts'

const defaultGraceMs = 40

export const referenceEngine: Engine = { name: 'reference', prepare }

async function prepare(graph: Graph, options: PrepareOptions = {}): Promise<Program> {
  const { workers = 1, graceMs = defaultGraceMs, limits } = options
  assertOperatorsKnown(graph)
  const { graph: shared, weightBytes, sharedBytes } = shareGraph(graph)
  const operators = countOperators(graph)
  const names = valueNames(graph)
  // The program outlives the caller's graph, whose weights are now in `shared`, so it must not hold on to it.
  const { outputs: graphOutputs } = graph
  const pool = openPool({
    program: 'reference',
    graph: shared,
    limits,
    graceMs,
    workers: Math.max(1, workers),
  })
  await pool.ready

  function run(inputs: ReadonlyMap<string, Value>, request: ProgramRunOptions = {}): Promise<RunResult> {
    const {
      outputs = graphOutputs,
      signal,
      seed,
      profile = false,
      transfer: give = false,
      onProgress,
    } = request
    return new Promise((resolve, reject) => {
      for (const name of outputs) assertValue(name, names)
      const { values, transfer } = moveValues(inputs, { give })
      pool.add({ inputs: values, transfer, outputs, seed, profile, signal, onProgress, resolve, reject })
    })
  }

  return {
    run,
    report: () => {
      const { alive, running, queued, restarts } = pool.counts()
      const residentBytes = platform.residentBytes()
      const memory = { weightBytes, sharedBytes, workers: alive, residentBytes }
      return { engine: 'reference', memory, operators, fallbacks: [], restarts, running, queued }
    },
    dispose: () => pool.close(),
    ...asyncDisposable(() => pool.close()),
  }
}

function assertValue(name: string, names: ReadonlySet<string>): void {
  if (names.has(name)) return
  const remedy = nameHint(name, names)
  throw new SlipwayError(
    'SLP-S5',
    `Cannot return output: no value has this name, got "${name}"`,
    remedy === undefined ? {} : { remedy },
  )
}
