/** What a transport does: one try of each call. */
import type { ModelStatus } from '../contract/models.ts'
import type { ModelStatistics } from '../proto/grpc_service_pb.ts'
import type { ModelConfig } from '../proto/model_config_pb.ts'
import type { Outcome } from './outcome.ts'
import type { Attempt } from './retry.ts'
import type {
  InferAnswer,
  InferOptions,
  LoadOptions,
  ModelMetadata,
  ServerMetadata,
  SessionInfo,
  SessionOptions,
  StreamAnswer,
} from './types.ts'

export interface Ask extends Attempt {
  readonly headers: Readonly<Record<string, string>>
}

export interface Target {
  readonly model: string
  readonly version: string | undefined
}

type Answer<T> = Promise<Outcome<T>>

export interface Transport {
  live(ask: Ask): Answer<boolean>
  ready(ask: Ask): Answer<boolean>
  modelReady(target: Target, ask: Ask): Answer<boolean>
  serverMetadata(ask: Ask): Answer<ServerMetadata>
  modelMetadata(target: Target, ask: Ask): Answer<ModelMetadata>
  infer(options: InferOptions, ask: Ask): Answer<InferAnswer>
  config(target: Target, ask: Ask): Answer<ModelConfig>
  /** Of all models where none is named. */
  statistics(target: Partial<Target>, ask: Ask): Answer<readonly ModelStatistics[]>
  index(ready: boolean, ask: Ask): Answer<readonly ModelStatus[]>
  load(model: string, options: LoadOptions, ask: Ask): Answer<void>
  unload(model: string, dependents: boolean, ask: Ask): Answer<void>
  openSession(options: SessionOptions, ask: Ask): Answer<SessionInfo>
  predict(handle: string, options: Omit<InferOptions, 'model' | 'version'>, ask: Ask): Answer<InferAnswer>
  renewSession(handle: string, leaseMs: number | undefined, ask: Ask): Answer<SessionInfo>
  closeSession(handle: string, ask: Ask): Answer<void>
  /** Undefined where the transport has no streams. */
  readonly inferStream:
    | ((requests: AsyncIterable<InferOptions>, ask: Ask) => AsyncIterable<StreamAnswer>)
    | undefined
  close(): Promise<void>
}
