/** Opens one version of one model: reads, compiles, configures and warms it, all of it beside what is served. */
import { dirname } from 'node:path'
import { SlipwayError } from '@slipway/core'
import { type CompletedConfig, completeConfig } from '../config/complete-config.ts'
import { completeEnsemble, isEnsemble } from '../config/complete-ensemble.ts'
import { executionOf } from '../config/execution.ts'
import { readLabels } from '../config/labels.ts'
import type { ServingConfig } from '../config/serving-config.ts'
import type { Clock } from '../contract/clock.ts'
import type { Executor } from '../contract/executor.ts'
import type { Scheduler } from '../contract/job.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import { type OpenedExecutor, openExecutor } from '../executor/open-executor.ts'
import { withoutPaths } from '../source/model-file.ts'
import type { ModelSource, OpenedVersion } from '../source/source.ts'
import { countHolds } from './holds.ts'
import type { RepositoryOptions } from './repository-options.ts'
import { reshapeExecutor } from './reshape-executor.ts'
import { stateFilesOf } from './state-files.ts'
import { warmUp } from './warm-up.ts'

export interface OpenVersion {
  readonly served: ServedVersion
  readonly loadMs: number
  readonly warmupMs: number
  /** Closes it once the last one that uses it has let go; what is queued is run before. All of it, also where some fails. */
  retire(): Promise<void>
}

export interface VersionRequest {
  readonly model: string
  readonly version: string
  readonly source: ModelSource
  readonly config: ServingConfig
  /** Told before the model is read how large its files are; may throw. */
  onSize(fileBytes: number): void
  /** Told where what runs the version is dead for good. */
  onBroken(reason: string): void
}

type Host = RepositoryOptions & { readonly clock: Clock }

/** Throws SLP-R8 and SLP-R19 for a model or a configuration that is wrong, and what reading and compiling throw. */
export function openVersion(host: Host, request: VersionRequest): Promise<OpenVersion> {
  return isEnsemble(request.config.model) ? openEnsemble(host, request) : openModel(host, request)
}

async function openModel(host: Host, request: VersionRequest): Promise<OpenVersion> {
  const { model, version, source, config } = request
  const startMs = host.clock.nowMs()
  const fileName = config.model.defaultModelFilename || undefined
  const files = await source.open(model, version, { fileName })
  try {
    request.onSize(files.sizeBytes)
    const opened = await openFile(host, request, files)
    try {
      const ready = await configure(host, request, opened)
      const warmStartMs = host.clock.nowMs()
      await warmUp(opened, {
        completed: ready.completed,
        graphInputs: opened.inputs,
        readFile: (path) => source.readFile(model, `warmup/${path}`),
      })
      const endMs = host.clock.nowMs()
      const close = async () => {
        await opened.dispose().finally(() => files[Symbol.asyncDispose]())
      }
      const times = { loadMs: warmStartMs - startMs, warmupMs: endMs - warmStartMs }
      return { ...serve(request, { ...ready, opened, close }), ...times }
    } catch (error) {
      await opened.dispose()
      throw error
    }
  } catch (error) {
    await files[Symbol.asyncDispose]()
    throw error
  }
}

async function openFile(
  host: Host,
  { config, onBroken }: VersionRequest,
  { path }: OpenedVersion,
): Promise<OpenedExecutor> {
  const { execution = {}, clock, openExecutor: open = openExecutor } = host
  const { mode, instances, threads } = executionOf(config)
  const opening = open({
    path,
    clock,
    onBroken,
    mode: mode === 'auto' ? (execution.mode ?? mode) : mode,
    instances: instances ?? execution.instances,
    threads: threads ?? execution.threads,
    limits: execution.limits,
    deterministic: execution.deterministic,
    inlineMs: execution.inlineMs,
  })
  return opening.catch((error: unknown) => {
    throw withoutPaths(error, dirname(path))
  })
}

interface Configured {
  readonly completed: CompletedConfig
  readonly labels: ReadonlyMap<string, readonly string[]>
  readonly scheduler: Scheduler
}

async function configure(
  host: Host,
  { model, version, source, config }: VersionRequest,
  executor: Executor,
): Promise<Configured> {
  const { inputs, outputs } = executor
  const completed = completeConfig({
    name: model,
    config,
    graph: { inputs, outputs },
    defaultMaxBatchSize: host.defaultMaxBatchSize,
  })
  const readFile = (path: string) => source.readFile(model, path)
  const { slipway } = completed.config
  const scheduler = host.createScheduler({
    model,
    version,
    inputs,
    outputs,
    config: completed.config.model,
    executor: reshapeExecutor(executor, completed),
    observe: host.observe,
    clock: host.clock,
    maxQueueSize: slipway.limits.maxQueueSize ?? host.defaultMaxQueueSize,
    padding: slipway.padding,
    stateFiles: await stateFilesOf(completed.config.model, readFile),
  })
  return { completed, scheduler, labels: await readLabels(completed.config.model, readFile) }
}

async function openEnsemble(host: Host, request: VersionRequest): Promise<OpenVersion> {
  const { model, version, source, config } = request
  const startMs = host.clock.nowMs()
  if (!host.createEnsemble)
    throw new SlipwayError('SLP-R8', 'Cannot load ensemble: the server must be able to run its steps')
  const completed = completeEnsemble(model, config)
  const labels = await readLabels(completed.config.model, (path) => source.readFile(model, path))
  const scheduler = host.createEnsemble({ model, version, completed })
  const close = () => Promise.resolve()
  const served = serve(request, { completed, labels, scheduler, opened: undefined, close })
  return { ...served, loadMs: host.clock.nowMs() - startMs, warmupMs: 0 }
}

interface Ready extends Configured {
  readonly opened: OpenedExecutor | undefined
  close(): Promise<void>
}

function serve(
  { model, version }: VersionRequest,
  { completed, labels, scheduler, opened, close }: Ready,
): Omit<OpenVersion, 'loadMs' | 'warmupMs'> {
  const holds = countHolds(`version ${version} of model "${model}"`)
  let retirement: Promise<void> | undefined
  const retire = async () => {
    await holds.released()
    await scheduler.drain().finally(close)
  }
  const served: ServedVersion = {
    model,
    version,
    config: completed.config.model,
    inputs: completed.inputs,
    outputs: completed.outputs,
    labels,
    rates: ratesOf(completed.config.slipway),
    rolloutSeed: completed.config.slipway.rollout,
    signatures: opened?.description.signatures,
    scheduler,
    executor: opened,
    get sizeBytes() {
      const { weightBytes = 0, wasmBytes = 0 } = opened?.report() ?? {}
      return weightBytes + wasmBytes
    },
    hold: holds.hold,
  }
  return {
    served,
    retire() {
      retirement ??= retire()
      return retirement
    },
  }
}

/** Limits of another kind do not take the place of the server's rates. */
function ratesOf({ limits }: ServingConfig['slipway']): ServedVersion['rates'] {
  return limits.rate || limits.tenantRate ? limits : undefined
}
