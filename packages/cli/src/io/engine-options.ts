import { type Engine, referenceEngine, wasmEngine } from '@slipway/core'
import type { CommandArgs, OptionSpec } from '../define-command.ts'
import { choice, optionalWholeNumber } from './option-values.ts'

const engines: ReadonlyMap<string, Engine> = new Map(
  [wasmEngine, referenceEngine].map((engine) => [engine.name, engine]),
)

/** The options of commands that run models. */
export const engineOptions: readonly OptionSpec[] = [
  {
    flags: '--engine <name>',
    about: 'wasm compiles the model; reference is exact and slow',
    fallback: wasmEngine.name,
  },
  { flags: '--threads <count>', about: 'threads of one run; the machine’s, but at most 4, unless given' },
  {
    flags: '--revectorize',
    about: 'let V8 make 256-bit instructions of pairs, after a self-test: Node 24 and later',
  },
]

interface EngineChoice {
  readonly engine: Engine
  readonly revectorize: boolean
  readonly threads?: number
}

/** What they say. Throws SLP-C1. */
export function readEngineOptions(args: CommandArgs): EngineChoice {
  const engine = engines.get(choice(args, 'engine', [...engines.keys()]))! // one of its keys
  const chosen = { engine, revectorize: args.flag('revectorize') }
  const threads = optionalWholeNumber(args, 'threads', 1, 64)
  return threads === undefined ? chosen : { ...chosen, threads }
}
