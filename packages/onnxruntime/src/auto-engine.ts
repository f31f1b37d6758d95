/** Picks an engine for a model, and says why. */
import {
  type Engine,
  type Graph,
  type PrepareOptions,
  type Program,
  SlipwayError,
  type Value,
} from '@slipway/core'
import { distance, isWithin, limitOf } from '@slipway/core/verify'

export interface AutoOptions {
  /** Best first. */
  readonly engines: readonly Engine[]
  /** Takes the reason for each choice, one line each. */
  readonly log: (line: string) => void
  /**
   * Inputs to try each engine on, and what must come out. The fastest engine that gets it right is taken; without them,
   * the first that prepares the model.
   */
  readonly probe?:
    | { readonly inputs: ReadonlyMap<string, Value>; readonly expected: ReadonlyMap<string, Value> }
    | undefined
}

/**
 * An engine that is, for each model, one of several. Throws the last engine's refusal where all refuse.
 *
 * @example
 * const engine = autoEngine({ engines: [wasmEngine, referenceEngine], log: (line) => console.log(line) })
 * engine.name // 'auto'
 */
export function autoEngine(options: AutoOptions): Engine {
  return {
    name: 'auto',
    prepare: (graph, prepare) => choose(options, graph, (engine) => engine.prepare(graph, prepare)),
    prepareFile: (bytes, graph, prepare?: PrepareOptions) =>
      choose(options, graph, (engine) =>
        engine.prepareFile ? engine.prepareFile(bytes, graph, prepare) : engine.prepare(graph, prepare),
      ),
  }
}

interface Candidate {
  readonly engine: Engine
  readonly program: Program
  readonly ms: number
}

async function choose(
  { engines, log, probe }: AutoOptions,
  graph: Graph,
  prepare: (engine: Engine) => Promise<Program>,
): Promise<Program> {
  const candidates: Candidate[] = []
  let refusal: unknown
  for (const engine of engines) {
    try {
      const program = await prepare(engine)
      if (!probe) {
        log(
          `auto: ${engine.name} for "${graph.name}": it is the first of ${engines.length} that takes the model`,
        )
        return program
      }
      const ms = await tryOut(program, probe)
      if (typeof ms === 'number') candidates.push({ engine, program, ms })
      else {
        log(`auto: not ${engine.name} for "${graph.name}": ${ms}`)
        await program.dispose()
      }
    } catch (error) {
      if (!(error instanceof SlipwayError)) throw error
      refusal = error
      log(`auto: not ${engine.name} for "${graph.name}": ${error.message}`)
    }
  }
  candidates.sort((a, b) => a.ms - b.ms)
  const [best, ...rest] = candidates
  await Promise.all(rest.map(({ program }) => program.dispose()))
  if (best) {
    const times = candidates.map(({ engine, ms }) => `${engine.name} ${ms.toFixed(2)} ms`).join(', ')
    log(`auto: ${best.engine.name} for "${graph.name}": it is the fastest (${times})`)
    return best.program
  }
  throw refusal ?? noEngine(graph)
}

const noEngine = ({ name }: Graph): SlipwayError =>
  new SlipwayError('SLP-S8', `Cannot prepare graph "${name}": an engine must get the probe right, got none`)

/** Runs after a first one that warms up; the best of them counts. */
const probeRuns = 5

/** The best time of a run, or why the engine is out. */
async function tryOut(
  program: Program,
  { inputs, expected }: NonNullable<AutoOptions['probe']>,
): Promise<number | string> {
  const { outputs } = await program.run(inputs)
  for (const [name, value] of expected) {
    const got = outputs.get(name)
    const found = got ? distance(got, value) : 'it is missing'
    if (typeof found === 'string') return `output "${name}": ${found}`
    if (!isWithin(found, limitOf(value)))
      return `output "${name}" is off by relative L2 ${found.relativeL2.toExponential(2)}`
  }
  let best = Number.POSITIVE_INFINITY
  for (let i = 0; i < probeRuns; i++) {
    const startedMs = performance.now()
    await program.run(inputs)
    best = Math.min(best, performance.now() - startedMs)
  }
  return best
}
