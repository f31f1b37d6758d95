/** What a queue does with jobs that come when it is full, or that wait too long. */
import type { Job } from '../contract/job.ts'
import { type ModelQueuePolicy, ModelQueuePolicy_TimeoutAction } from '../proto/model_config_pb.ts'
import { misfit } from './refusals.ts'

export interface QueuePolicy {
  /** `delay`: a job that waited too long is served after all those of its level that did not. */
  readonly onTimeout: 'reject' | 'delay'
  /** Infinity: none. */
  readonly timeoutMs: number
  /** Requests may ask for less time. */
  readonly overridable: boolean
  /** Infinity: no bound. */
  readonly maxSize: number
}

/** The policy of a queue without one of its own. */
export function openPolicy(maxSize: number | undefined): QueuePolicy {
  return {
    onTimeout: 'reject',
    timeoutMs: Number.POSITIVE_INFINITY,
    overridable: false,
    maxSize: maxSize || Number.POSITIVE_INFINITY,
  }
}

/** In the messages of the configuration 0 stands for what is not bounded; `maxSize` holds where it says 0. */
export function toPolicy(policy: ModelQueuePolicy | undefined, maxSize: number | undefined): QueuePolicy {
  if (!policy) return openPolicy(maxSize)
  return {
    onTimeout: policy.timeoutAction === ModelQueuePolicy_TimeoutAction.DELAY ? 'delay' : 'reject',
    timeoutMs: Number(policy.defaultTimeoutMicroseconds) / 1000 || Number.POSITIVE_INFINITY,
    overridable: policy.allowTimeoutOverride,
    maxSize: policy.maxQueueSize || maxSize || Number.POSITIVE_INFINITY,
  }
}

/** How long a job may wait: a request can only shorten what the policy grants. */
export function timeoutOf(model: string, job: Job, policy: QueuePolicy): number {
  if (!policy.overridable) return policy.timeoutMs
  return Math.min(policy.timeoutMs, requestedTimeout(model, job))
}

/** The timeout that a request asks for; Infinity where it does not. Throws SLP-R4 for what is no time. */
export function requestedTimeout(model: string, { parameters }: Job): number {
  const micros = wholeNumber(model, parameters.get('timeout'), 'timeout')
  return micros ? micros / 1000 : Number.POSITIVE_INFINITY
}

/** A parameter that counts something; 0 where it is absent. */
export function wholeNumber(model: string, value: unknown, name: string): number {
  if (value === undefined) return 0
  const number = typeof value === 'bigint' ? Number(value) : value
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0) return number
  throw misfit(
    model,
    `parameter "${name}" must be a whole number that is not negative`,
    JSON.stringify(String(value).slice(0, 40)),
  )
}
