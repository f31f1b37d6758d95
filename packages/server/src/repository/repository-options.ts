/** What a repository of models is opened with. */
import type { Limits } from '@slipway/core'
import type { CompletedConfig } from '../config/complete-config.ts'
import type { ExecutionMode } from '../config/serving-config.ts'
import type { Clock } from '../contract/clock.ts'
import type { Observe } from '../contract/event.ts'
import type { Scheduler } from '../contract/job.ts'
import type { openExecutor } from '../executor/open-executor.ts'
import type { SchedulerOptions } from '../scheduler/create-scheduler.ts'
import type { ModelSource } from '../source/source.ts'

/** What models run with unless their configuration says otherwise. */
export interface ExecutionDefaults {
  readonly mode?: ExecutionMode | undefined
  readonly instances?: number | undefined
  readonly threads?: number | undefined
  readonly limits?: Limits | undefined
  readonly deterministic?: boolean | undefined
  /** How long a run may keep the front thread where the mode is `auto`, in milliseconds. */
  readonly inlineMs?: number | undefined
}

export const controlModes = ['none', 'explicit', 'poll'] as const
/**
 * When models are loaded. `none`: all, once, at the start. `explicit`: those that are asked for. `poll`: all, and
 * again whenever they change.
 */
export type ControlMode = (typeof controlModes)[number]

export interface RepositoryOptions {
  readonly source: ModelSource
  readonly mode: ControlMode
  /** Names that are loaded at the start in the mode `explicit`; `*` stands for all. None unless given. */
  readonly startup?: readonly string[] | undefined
  /** How long to wait between two looks in the mode `poll`; 15 000 unless given. */
  readonly pollMs?: number | undefined
  /** False: ready once the first load is complete, whatever failed. */
  readonly strictReadiness?: boolean | undefined
  /** Versions of a model whose configuration has no policy: the highest, unless given, or all. */
  readonly defaultVersions?: 'latest' | 'all' | undefined
  /** `max_batch_size` of a model that could be batched and does not say; 0 unless given. */
  readonly defaultMaxBatchSize?: number | undefined
  /** Most queued jobs of a model that sets no bound. */
  readonly defaultMaxQueueSize?: number | undefined
  readonly execution?: ExecutionDefaults | undefined
  /** Most bytes of all models together; without bound unless given. */
  readonly memoryLimitBytes?: number | undefined
  /** True: a load may bring the files of a model. */
  readonly allowFileOverrides?: boolean | undefined
  /** Opens a model's file; of use in tests. */
  readonly openExecutor?: typeof openExecutor | undefined
  createScheduler(options: SchedulerOptions): Scheduler
  /** Runs the steps of an ensemble; absent: ensembles are refused. */
  createEnsemble?(ensemble: {
    readonly model: string
    readonly version: string
    readonly completed: CompletedConfig
  }): Scheduler
  readonly observe: Observe
  readonly clock?: Clock | undefined
}
