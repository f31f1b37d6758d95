/** The command line of the benchmark. */
import { cpus } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { nameHint } from '@slipway/core'
import { type EngineName, engineNames } from './engines/index.ts'
import { type GemmShape, gemmShapes } from './gemm.ts'
import { models } from './models.ts'

export interface BenchOptions {
  readonly engines: readonly EngineName[]
  readonly models: readonly string[]
  readonly modelsDir: string
  readonly threads: readonly number[]
  /** Engines that the others are compared with. */
  readonly baselines: readonly EngineName[]
  readonly rounds: number
  /** After so many seconds of rounds a model gets no further one. */
  readonly budget: number
  /** Most seconds that an engine may take for one answer; slower ones drop out of the model. */
  readonly patience: number
  /** Fresh processes per engine and model. */
  readonly cold: number
  /** Measure products of matrices instead of models. */
  readonly gemm: boolean
  /** M, K, N of those products. */
  readonly shapes: readonly GemmShape[]
  readonly size: boolean
  readonly json: string | undefined
  readonly markdown: string | undefined
  readonly node: string | undefined
  readonly flags: readonly string[]
}

export const usage = `npm run bench -- [options]
  --engines LIST     of ${engineNames.join(', ')}, or all (wasm,ort-web,ort-node)
  --models LIST      names of bench/models.ts, or all (all)
  --models-dir DIR   where their files lie (../shared/models)
  --threads LIST     numbers of threads (1)
  --baseline LIST    engines to compare with (ort-web,ort-node)
  --rounds N         batches per engine, taken in turn (15)
  --budget SECONDS   for the rounds of one model (20)
  --patience SECONDS for one answer of an engine (30)
  --cold N           fresh processes for the cold start; 0: none (3)
  --gemm             products of matrices instead of models
  --shapes LIST      of these sizes, MxKxN
  --no-size          without the size of bundles
  --json FILE        --markdown FILE
  --node PATH        another Node for the engines   --flags="..." its flags`

/** Throws, with what was probably meant, for whatever it does not know. */
export function parseBenchOptions(argv: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      engines: { type: 'string', default: 'wasm,ort-web,ort-node' },
      models: { type: 'string', default: 'all' },
      'models-dir': {
        type: 'string',
        default: fileURLToPath(new URL('../../../shared/models', import.meta.url)),
      },
      threads: { type: 'string', default: '1' },
      baseline: { type: 'string', default: 'ort-web,ort-node' },
      rounds: { type: 'string', default: '15' },
      budget: { type: 'string', default: '20' },
      patience: { type: 'string', default: '30' },
      cold: { type: 'string', default: '3' },
      gemm: { type: 'boolean', default: false },
      shapes: { type: 'string', default: gemmShapes.map((shape) => shape.join('x')).join() },
      'no-size': { type: 'boolean', default: false },
      json: { type: 'string' },
      markdown: { type: 'string' },
      node: { type: 'string' },
      flags: { type: 'string', default: '' },
    },
  })
  return {
    engines: choose('engine', values.engines, engineNames),
    models: choose(
      'model',
      values.models,
      models.map(({ name }) => name),
    ),
    modelsDir: values['models-dir'],
    threads: list(values.threads).map((text) => count('threads', text, 1, 4 * cpus().length)),
    baselines: choose('baseline', values.baseline, engineNames),
    rounds: count('rounds', values.rounds, 1, 100_000),
    budget: count('budget', values.budget, 1, 86_400),
    patience: count('patience', values.patience, 1, 86_400),
    cold: count('cold', values.cold, 0, 1000),
    gemm: values.gemm,
    shapes: list(values.shapes).map(shapeOf),
    size: !values['no-size'],
    json: values.json,
    markdown: values.markdown,
    node: values.node,
    flags: values.flags.split(/\s+/).filter((flag) => flag !== ''),
  }
}

const list = (text: string): string[] => [...new Set(text.split(',').map((item) => item.trim()))]

function choose<T extends string>(what: string, text: string, known: readonly T[]): T[] {
  if (text === 'all') return [...known]
  return list(text).map((wanted) => {
    const found = known.find((name) => name === wanted)
    if (found !== undefined) return found
    const hint = nameHint(wanted, known) ?? `Known names: ${known.join(', ')}.`
    throw new Error(`Cannot measure ${what} "${wanted}": it must be one of the known ones. ${hint}`)
  })
}

function count(what: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (text !== '' && Number.isInteger(value) && value >= least && value <= most) return value
  throw new Error(`Cannot take --${what}: it must be a whole number from ${least} to ${most}, got "${text}"`)
}

function shapeOf(text: string): GemmShape {
  const [m = '', k = '', n = '', ...more] = text.split('x')
  if (more.length > 0) throw new Error(`Cannot take --shapes: each must be MxKxN, got "${text}"`)
  return [count('shapes', m, 1, 65_536), count('shapes', k, 1, 65_536), count('shapes', n, 1, 65_536)]
}
