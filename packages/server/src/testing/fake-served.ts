/** Versions and models for tests of stages that never run one. */
import { create } from '@bufbuild/protobuf'
import { ROOT_CONTEXT } from '@opentelemetry/api'
import { SlipwayError, type Tensor, tensor } from '@slipway/core'
import type { Caller } from '../contract/caller.ts'
import type { Executor } from '../contract/executor.ts'
import type { Job, JobResult } from '../contract/job.ts'
import type { Models } from '../contract/models.ts'
import { anonymous } from '../contract/principal.ts'
import type { ServedVersion, Signatures } from '../contract/served-version.ts'
import type { InferenceRequest } from '../oip/inference.ts'
import { noParameters, type Parameter } from '../oip/parameters.ts'
import type { ServedTensor } from '../oip/served-tensor.ts'
import { ModelConfigSchema } from '../proto/model_config_pb.ts'

export interface FakeOptions {
  readonly model?: string
  readonly inputs?: readonly ServedTensor[]
  readonly signatures?: Signatures
  /** What the version answers; its input `x` as `y` unless given. */
  readonly answer?: (job: Job) => ReadonlyMap<string, Tensor> | Promise<ReadonlyMap<string, Tensor>>
}

export const vector = (name: string, size = -1): ServedTensor => ({
  name,
  datatype: 'FP32',
  shape: [size],
  ranked: true,
  optional: false,
})

export interface FakeServed extends ServedVersion {
  /** Holders that have not let go. */
  readonly held: number
}

export function fakeServed(version: string, options: FakeOptions = {}): FakeServed {
  const { model = 'm', inputs = [vector('x')], signatures = { structural: 's', strict: 't' } } = options
  const answer = options.answer ?? (({ inputs: given }: Job) => new Map([['y', given.get('x')!]]))
  let held = 0
  return {
    model,
    version,
    config: create(ModelConfigSchema, { name: model, platform: 'onnxruntime_onnx' }),
    inputs,
    outputs: [vector('y')],
    labels: new Map(),
    rates: undefined,
    rolloutSeed: undefined,
    signatures,
    executor: undefined,
    sizeBytes: 1000,
    scheduler: {
      pending: 0,
      running: 0,
      submit: async (job): Promise<JobResult> => {
        const times = { queuedMs: 0, dispatchedMs: 0, computeStartMs: 0, computeEndMs: 1, endedMs: 1 }
        return { outputs: await answer(job), times, batchSize: 1 }
      },
      drain: async () => {},
    },
    get held() {
      return held
    },
    hold() {
      held++
      return () => void held--
    },
  }
}

/** Has never run; its memory is that of a fake version. */
export const idleExecutor: Executor = {
  inputs: [],
  outputs: [],
  concurrency: 1,
  run: () => Promise.reject(new Error('this executor runs nothing')),
  report: () => ({ weightBytes: 600, wasmBytes: 400, running: 0, restarts: 0 }),
  dispose: async () => {},
}

/** Models whose versions may change under a test's hands. */
export function fakeModels(versions: readonly ServedVersion[]): Pick<Models, 'find' | 'versions'> {
  const all = (name: string) => {
    const own = versions.filter(({ model }) => model === name)
    if (own.length > 0) return own
    throw new SlipwayError('SLP-R1', `Cannot find model: the repository has no such name, got "${name}"`)
  }
  return {
    versions: all,
    find(name, version) {
      const own = all(name)
      const found = version === undefined ? own.at(-1) : own.find((served) => served.version === version)
      if (found) return found
      throw new SlipwayError('SLP-R2', `Cannot find version: it must be served, got "${version}"`)
    },
  }
}

export function fakeCaller(
  headers: Readonly<Record<string, string>> = {},
  claims: Readonly<Record<string, string>> = {},
): Caller {
  return {
    protocol: 'rest',
    principal: { ...anonymous, claims: new Map(Object.entries(claims)) },
    header: (name) => headers[name],
    signal: new AbortController().signal,
    deadlineMs: undefined,
    trace: ROOT_CONTEXT,
  }
}

export function fakeRequest(
  options: Partial<InferenceRequest> & {
    readonly input?: string
    readonly values?: readonly number[]
    readonly with?: Readonly<Record<string, Parameter>>
  } = {},
): InferenceRequest {
  const { input = 'x', values = [1, 2], with: given = {}, ...rest } = options
  const data = Float32Array.from(values)
  return {
    model: 'm',
    version: undefined,
    id: undefined,
    parameters: new Map(Object.entries(given)),
    inputs: [
      {
        name: input,
        datatype: 'FP32',
        shape: [values.length],
        parameters: noParameters,
        tensor: () => tensor('float32', [values.length], data),
      },
    ],
    outputs: [],
    ...rest,
  }
}
