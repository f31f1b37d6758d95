/** The options of `slipway bench serve` that say which server and model, and what is sent to it. */
import { SlipwayError } from '@slipway/core'
import type { CommandArgs, OptionSpec } from '../define-command.ts'
import { choice, optionalWholeNumber, timeMs, wholeNumber } from '../io/option-values.ts'
import { clientTlsOptions, readTlsFiles } from '../io/tls-options.ts'
import type { InputOptions } from './make-inputs.ts'
import type { Target, TargetOptions } from './target.ts'

export const targetOptions: readonly OptionSpec[] = [
  { flags: '--model <name>', about: "the server's only one unless given" },
  { flags: '--model-version <version>', about: 'whichever the server chooses unless given' },
  {
    flags: '-i, --input <name=value>',
    about: 'an input: name=@file (npy, pb, json, png, jpg) or name=JSON',
    repeatable: true,
  },
  { flags: '--preprocess <steps>', about: 'for pictures, as for slipway run' },
  {
    flags: '--shape <name=sizes>',
    about: 'sizes that the model leaves open, "x=1,3,224,224"; 1 unless given',
    repeatable: true,
  },
  { flags: '--data <kind>', about: 'random or zeros, for inputs that are not given', fallback: 'random' },
  {
    flags: '--variants <count>',
    about: 'different random requests, sent in turn, so that no cache answers them all',
    fallback: '4',
  },
  { flags: '--connections <count>', about: '16 for REST and 1 for gRPC unless given' },
  { flags: '--header <name:value>', about: 'sent with every request', repeatable: true },
  ...clientTlsOptions,
  { flags: '--pid <number>', about: 'the process of the server, to watch its memory' },
  { flags: '--metrics <url>', about: "of the server; /metrics at the server's address unless given" },
  {
    flags: '--spawn <command>',
    about: 'start the server with this command, measure how long that takes, and end it at last',
  },
  { flags: '--start-timeout <time>', about: 'how long it may take to become ready', fallback: '60s' },
]

export interface TargetChoice extends TargetOptions {
  readonly model: string | undefined
  readonly version: string | undefined
  readonly inputs: InputOptions
  readonly pid: number | undefined
  readonly metricsUrl: string
  readonly spawn: string | undefined
  readonly startTimeoutMs: number
}

const protocols: ReadonlyMap<string, Target['protocol']> = new Map([
  ['http:', 'REST'],
  ['https:', 'REST'],
  ['grpc:', 'gRPC'],
  ['grpcs:', 'gRPC'],
])

/** Throws SLP-C1, and SLP-C2 for files that cannot be read. */
export async function readTarget(args: CommandArgs): Promise<TargetChoice> {
  const text = args.positional[0]!
  const url = URL.canParse(text) ? new URL(text) : undefined
  const protocol = protocols.get(url?.protocol ?? '')
  if (!url?.host || !protocol) {
    throw new SlipwayError(
      'SLP-C1',
      `Cannot reach the server: its address must begin with ${[...protocols.keys()].map((one) => `${one}//`).join(', ')}, got "${text}"`,
    )
  }
  return {
    ...{ url, protocol },
    tls: await readTls(args),
    connections: optionalWholeNumber(args, 'connections', 1) ?? (protocol === 'REST' ? 16 : 1),
    headers: readHeaders(args.list('header')),
    model: args.text('model'),
    version: args.text('modelVersion'),
    inputs: readInputOptions(args),
    pid: optionalWholeNumber(args, 'pid', 1),
    // A server that has one port for both protocols has its metrics there as well.
    metricsUrl: args.text('metrics') ?? `http${url.protocol.endsWith('s:') ? 's' : ''}://${url.host}/metrics`,
    spawn: args.text('spawn'),
    startTimeoutMs: timeMs(args, 'startTimeout')!,
  }
}

async function readTls(args: CommandArgs): Promise<TargetOptions['tls']> {
  const { identity, authorities } = await readTlsFiles(args, 'tlsCa')
  return { ...identity, ...(authorities && { ca: authorities }) }
}

function readHeaders(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, value] = /^([\w-]+):\s*(.*)$/.exec(text) ?? []
      if (name !== undefined && value !== undefined) return [name.toLowerCase(), value]
      throw new SlipwayError('SLP-C1', `Cannot read --header: it must be "name: value", got "${text}"`)
    }),
  )
}

function readInputOptions(args: CommandArgs): InputOptions {
  return {
    data: choice(args, 'data', ['random', 'zeros']),
    given: args.list('input'),
    preprocess: args.text('preprocess') ?? '',
    shapes: args.list('shape'),
    seed: wholeNumber(args, 'seed', 0, 2 ** 32 - 1),
    variants: wholeNumber(args, 'variants', 1, 1000),
  }
}
