/** What runs the steps of sequences; each sequence has a slot of its own and at most one step there. */
import type { Job, JobResult } from '../contract/job.ts'

export interface Lane {
  /** How many sequences may be under way. */
  readonly slots: number
  /** Steps that wait for an instance. */
  readonly pending: number
  readonly running: number
  run(slot: number, job: Job): Promise<JobResult>
}
