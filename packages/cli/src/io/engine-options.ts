import { type Engine, nameHint, referenceEngine, SlipwayError, wasmEngine } from '@slipway/core'
import type { CommandArgs, OptionSpec } from '../define-command.ts'
import { wholeNumber } from './whole-number.ts'

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
]

/** What they say. Throws SLP-C1. */
export function readEngineOptions(args: CommandArgs): { readonly engine: Engine; readonly threads?: number } {
  const name = args.text('engine')!
  const engine = engines.get(name)
  if (!engine) {
    const remedy = nameHint(name, engines.keys())
    throw new SlipwayError(
      'SLP-C1',
      `Cannot run: --engine must be one of ${[...engines.keys()].join(', ')}, got "${name}"`,
      remedy === undefined ? {} : { remedy },
    )
  }
  return args.text('threads') === undefined
    ? { engine }
    : { engine, threads: wholeNumber(args, 'threads', 1, 64) }
}
