/** How a model is served: what Triton's configuration says, and what only Slipway knows. */
import type { Rollout } from '../contract/rollout.ts'
import type { ModelRates } from '../contract/served-version.ts'
import type { ModelConfig } from '../proto/model_config_pb.ts'

/** Where a model runs. `auto`: in a worker, but in the server's own thread where that is clearly enough. */
export const executionModes = ['auto', 'inline', 'worker', 'process'] as const
export type ExecutionMode = (typeof executionModes)[number]

export interface ExecutionOptions {
  readonly mode: ExecutionMode
  /** Executions at the same time; undefined: what `instance_group` says, else the server's own choice. */
  readonly instances: number | undefined
  /** Threads of one execution; undefined: the server's own choice. */
  readonly threads: number | undefined
}

export interface ModelLimits extends ModelRates {
  /** Jobs in the queue, where no queue policy says it; undefined: the server's own bound. */
  readonly maxQueueSize: number | undefined
}

/** What a reload keeps: both versions in memory for a while, or never more than one and a gap in service. */
export const reloadModes = ['availability', 'resource'] as const
export type ReloadMode = (typeof reloadModes)[number]

/** What a batch is filled up to with copies of its last element, so that fewer sizes occur. */
export const paddingModes = ['none', 'preferred', 'max'] as const
export type PaddingMode = (typeof paddingModes)[number]

export type RolloutSeed = Omit<Rollout, 'model'>

export interface SlipwayOptions {
  /** The rollout that a model starts with; one in the store takes its place. Holds the labels. */
  readonly rollout: RolloutSeed | undefined
  readonly limits: ModelLimits
  readonly execution: ExecutionOptions
  /** False: a version without `model_warmup` is ready without having run. */
  readonly warmup: boolean
  readonly reload: ReloadMode
  readonly padding: PaddingMode
}

export interface ServingConfig {
  readonly model: ModelConfig
  readonly slipway: SlipwayOptions
}

/** The texts of a model's configuration files, as far as it has any. */
export interface ConfigFiles {
  readonly pbtxt: string | undefined
  readonly yaml: string | undefined
}

export const defaultSlipwayOptions: SlipwayOptions = {
  rollout: undefined,
  limits: { rate: undefined, tenantRate: undefined, maxQueueSize: undefined },
  execution: { mode: 'auto', instances: undefined, threads: undefined },
  warmup: true,
  reload: 'availability',
  padding: 'none',
}
