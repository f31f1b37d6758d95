/** One step of a sequence through the lane, with the state that goes in and comes out. */
import type { Tensor } from '@slipway/core'
import type { Clock } from '../contract/clock.ts'
import type { JobResult } from '../contract/job.ts'
import { noParameters } from '../oip/parameters.ts'
import type { Entry } from './entry.ts'
import type { Lane } from './lane.ts'
import { readSequence } from './sequence-request.ts'
import type { StepTensors } from './step-tensors.ts'

export interface StepOptions {
  readonly model: string
  readonly tensors: StepTensors
  readonly lane: Lane
  readonly clock: Clock
}

export interface StepDone {
  readonly result: JobResult
  /** What the next step is given. */
  readonly state: ReadonlyMap<string, Tensor>
}

export async function runStep(
  { model, tensors, lane, clock }: StepOptions,
  slot: number,
  { job, queuedMs, expiresMs }: Entry,
  before: ReadonlyMap<string, Tensor>,
): Promise<StepDone> {
  const request = readSequence(model, job)
  const state = request.start ? tensors.initial() : before
  const inputs = tensors.inputs(job.inputs, request, state)
  const outputs = tensors.outputNames(job.outputs)
  const leftMs = expiresMs - clock.nowMs()
  const timeout = Math.max(1, Math.ceil(leftMs * 1000))
  const parameters = leftMs < Number.POSITIVE_INFINITY ? new Map([['timeout', timeout]]) : noParameters
  const { signal, deadlineMs } = job
  const done = await lane.run(slot, { inputs, outputs, parameters, signal, deadlineMs })
  const result = {
    ...done,
    outputs: tensors.outputs(job.outputs, done.outputs),
    times: { ...done.times, queuedMs },
  }
  return { result, state: tensors.state(job.outputs, done.outputs) }
}
