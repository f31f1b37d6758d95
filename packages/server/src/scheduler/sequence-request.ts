/** What a request says of the sequence that it is a step of. */
import type { Job } from '../contract/job.ts'
import { misfit } from './refusals.ts'

export type SequenceId = bigint | string

export interface SequenceRequest {
  readonly id: SequenceId
  /** First step; the state starts anew. */
  readonly start: boolean
  /** Last step. */
  readonly end: boolean
}

const largestId = 2n ** 64n - 1n

/** Throws SLP-R4 where there is no sequence, or a parameter is of another kind. */
export function readSequence(model: string, { parameters }: Job): SequenceRequest {
  const flag = (name: string) => {
    const value = parameters.get(name) ?? false
    if (typeof value === 'boolean') return value
    throw misfit(
      model,
      `parameter "${name}" must be true or false`,
      JSON.stringify(String(value).slice(0, 40)),
    )
  }
  return {
    id: readId(model, parameters.get('sequence_id')),
    start: flag('sequence_start'),
    end: flag('sequence_end'),
  }
}

/** Ids of both kinds as keys of one table. */
export function keyOf(id: SequenceId): string {
  return typeof id === 'string' ? `text:${id}` : `number:${id}`
}

function readId(model: string, value: unknown): SequenceId {
  if (typeof value === 'string' && value !== '') return value
  const whole = typeof value === 'bigint' || Number.isSafeInteger(value)
  const id = whole ? BigInt(value as bigint | number) : undefined // a safe integer or a bigint
  if (id !== undefined && id > 0n && id <= largestId) return id
  const rule = 'parameter "sequence_id" must be a text or an unsigned 64-bit number, not empty or 0'
  throw misfit(model, rule, value === undefined ? 'nothing' : JSON.stringify(String(value).slice(0, 40)))
}
