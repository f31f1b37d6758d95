/** The options of `slipway serve`, and the server that they ask for. */
import { SlipwayError } from '@slipway/core'
import type { ModelLock } from '@slipway/core/verify'
import type { ServerOptions, TlsOptions } from '@slipway/server'
import { pino } from 'pino'
import type { CommandArgs, OptionSpec } from '../define-command.ts'
import { choice, optionalWholeNumber, wholeNumber } from './option-values.ts'
import { readLock } from './read-lock.ts'
import { readSignedLock } from './sign-lock.ts'
import { readTlsFiles, serverTlsOptions } from './tls-options.ts'

const mebibyte = 2 ** 20

export const serveOptions: readonly OptionSpec[] = [
  { flags: '--port <number>', about: 'port of REST; 0 takes a free one', fallback: '8000' },
  { flags: '--grpc-port <number>', about: 'port of gRPC; the one after that of REST unless given' },
  { flags: '--metrics-port <number>', about: 'a port for /metrics alone, which REST has too' },
  { flags: '--one-port', about: 'REST and gRPC on the same port' },
  { flags: '--host <address>', about: 'address to listen on', fallback: '127.0.0.1' },
  { flags: '--model-name <name>', about: 'name of the model, where the folder holds one only' },
  { flags: '--model-control <mode>', about: 'none, explicit or poll', fallback: 'none' },
  { flags: '--load-model <name>', about: 'with explicit: load it at the start; * for all', repeatable: true },
  { flags: '--poll-seconds <count>', about: 'with poll: time between two looks', fallback: '15' },
  {
    flags: '--versions <which>',
    about: 'all or latest, where a configuration does not say',
    fallback: 'all',
  },
  {
    flags: '--max-batch-size <count>',
    about: 'where a configuration and the graph leave it open; 0: no batches',
    fallback: '0',
  },
  { flags: '--lenient-readiness', about: 'ready once the first load is over, whatever failed' },
  { flags: '--allow-file-overrides', about: 'load calls may bring the files of a model' },
  { flags: '--locked <file>', about: 'serve only what this lock says; see slipway lock' },
  {
    flags: '--lock-key <file>',
    about: 'with --locked: the public key, PEM, of who must have signed the lock',
  },
  { flags: '--execution <mode>', about: 'auto, inline, worker or process', fallback: 'auto' },
  { flags: '--workers <count>', about: 'runs of one model at the same time', fallback: '1' },
  { flags: '--threads <count>', about: 'threads of one run; the machine’s, but at most 4, unless given' },
  {
    flags: '--state <address>',
    about: 'SQLite file or postgres://…; DATABASE_URL, else slipway.db, unless given',
  },
  { flags: '--auth', about: 'callers need a key or token (slipway keys)' },
  { flags: '--jwks <url>', about: 'keys of the issuer of tokens' },
  { flags: '--jwt-issuer <name>', about: 'issuer that tokens must name' },
  { flags: '--jwt-audience <name>', about: 'audience that tokens must name', fallback: 'slipway' },
  ...serverTlsOptions,
  { flags: '--body-limit <mebibytes>', about: 'largest body of a request', fallback: '64' },
  { flags: '--request-timeout <seconds>', about: 'for a client to send its request', fallback: '300' },
  { flags: '--cache <mebibytes>', about: 'response cache, for models that ask for it', fallback: '64' },
  { flags: '--queue-size <count>', about: 'most queued requests of a model', fallback: '10000' },
  { flags: '--memory-limit <mebibytes>', about: 'most memory of all models together' },
  { flags: '--metrics-compat <system>', about: 'triton adds its names of metrics' },
  { flags: '--otlp <url>', about: 'collector for traces and metrics, such as http://localhost:4318' },
  { flags: '--drain-delay <seconds>', about: 'not ready but answering, before the end', fallback: '5' },
  { flags: '--drain-timeout <seconds>', about: 'then waiting for requests under way', fallback: '30' },
  { flags: '--static <folder>', about: 'files to serve at /, in place of the status page' },
  { flags: '--log', about: 'structured lines on standard error' },
]

/** Throws SLP-C1 for options that contradict each other or say nothing known, SLP-C2 for files that cannot be read. */
export async function serverOptionsOf(args: CommandArgs): Promise<ServerOptions> {
  const tls = await tlsOf(args)
  const staticFolder = args.text('static')
  const modelName = args.text('modelName')
  const lock = await lockOf(args)
  const memory = optionalWholeNumber(args, 'memoryLimit', 1)
  return {
    repository: args.positional[0]!,
    ...(lock && { lock }),
    state: stateOf(args),
    control: choice(args, 'modelControl', ['none', 'explicit', 'poll']),
    loadModels: args.list('loadModel'),
    pollMs: wholeNumber(args, 'pollSeconds', 1) * 1000,
    versions: choice(args, 'versions', ['all', 'latest']),
    defaultMaxBatchSize: wholeNumber(args, 'maxBatchSize', 0, 2 ** 31 - 1),
    strictReadiness: !args.flag('lenientReadiness'),
    allowFileOverrides: args.flag('allowFileOverrides'),
    execution: {
      mode: choice(args, 'execution', ['auto', 'inline', 'worker', 'process']),
      instances: wholeNumber(args, 'workers', 1, 256),
      threads: optionalWholeNumber(args, 'threads', 1, 64),
    },
    limits: {
      bodyBytes: wholeNumber(args, 'bodyLimit', 1) * mebibyte,
      requestMs: wholeNumber(args, 'requestTimeout', 1) * 1000,
      cacheBytes: wholeNumber(args, 'cache', 0) * mebibyte,
      queueSize: wholeNumber(args, 'queueSize', 1),
      ...(memory !== undefined && { modelBytes: memory * mebibyte }),
    },
    observability: observabilityOf(args),
    drainDelayMs: wholeNumber(args, 'drainDelay', 0) * 1000,
    drainTimeoutMs: wholeNumber(args, 'drainTimeout', 0) * 1000,
    ...authOf(args),
    ...(tls && { tls }),
    ...(modelName !== undefined && { modelName }),
    ...(staticFolder !== undefined && { staticFolder }),
  }
}

/** Where the state is, for other commands too. */
export function stateOf(args: CommandArgs): string {
  return args.text('state') ?? process.env['DATABASE_URL'] ?? 'slipway.db'
}

function observabilityOf(args: CommandArgs): NonNullable<ServerOptions['observability']> {
  const otlpEndpoint = args.text('otlp')
  const compat =
    args.text('metricsCompat') === undefined ? undefined : choice(args, 'metricsCompat', ['triton'])
  return {
    ...(compat && { metricsCompat: compat }),
    ...(otlpEndpoint !== undefined && { otlpEndpoint }),
    ...(args.flag('log') && {
      log: { log_verbose_level: 1 },
      logger: pino({ level: 'debug', base: null }, process.stderr),
    }),
  }
}

function authOf(args: CommandArgs): Pick<ServerOptions, 'auth'> {
  const jwks = args.text('jwks')
  const issuer = args.text('jwtIssuer')
  if ((jwks === undefined) !== (issuer === undefined)) {
    throw new SlipwayError(
      'SLP-C1',
      'Cannot check tokens: --jwks and --jwt-issuer must both be given, got one',
    )
  }
  if (jwks !== undefined && issuer !== undefined) {
    return { auth: { tokens: { jwks, issuer, audience: args.text('jwtAudience')! } } }
  }
  return args.flag('auth') ? { auth: {} } : {}
}

/** Throws SLP-D3 for a lock that the owner of the key has not signed. */
async function lockOf(args: CommandArgs): Promise<ModelLock | undefined> {
  const [path, key] = [args.text('locked'), args.text('lockKey')]
  if (path !== undefined) return key === undefined ? readLock(path) : readSignedLock(path, key)
  if (key === undefined) return undefined
  throw new SlipwayError('SLP-C1', 'Cannot serve: --lock-key needs --locked, got it alone')
}

async function tlsOf(args: CommandArgs): Promise<TlsOptions | undefined> {
  const { identity, authorities } = await readTlsFiles(args, 'tlsClientCa')
  if (identity) return { ...identity, ...(authorities && { clientCa: authorities }) }
  if (!authorities) return undefined
  throw new SlipwayError('SLP-C1', 'Cannot use TLS: --tls-client-ca must come with --tls-cert, got it alone')
}
