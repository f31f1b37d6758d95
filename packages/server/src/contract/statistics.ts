/** What the statistics extension tells of a version, cumulated since it was loaded. */

export interface Duration {
  readonly count: number
  readonly ns: number
}

export interface BatchStatistics {
  readonly batchSize: number
  readonly computeInput: Duration
  readonly computeInfer: Duration
  readonly computeOutput: Duration
}

export interface VersionStatistics {
  readonly model: string
  readonly version: string
  /** Milliseconds since the epoch; 0: never. */
  readonly lastInferenceMs: number
  /** Batch elements, without those that the cache answered. */
  readonly inferenceCount: number
  readonly executionCount: number
  readonly success: Duration
  readonly fail: Duration
  readonly queue: Duration
  readonly computeInput: Duration
  readonly computeInfer: Duration
  readonly computeOutput: Duration
  readonly cacheHit: Duration
  readonly cacheMiss: Duration
  readonly batches: readonly BatchStatistics[]
  readonly memory: readonly { readonly type: string; readonly id: number; readonly sizeBytes: number }[]
}

export interface Statistics {
  /** All versions that are ready; those of one model, or one version, where they are given. */
  read(model?: string, version?: string): readonly VersionStatistics[]
}
