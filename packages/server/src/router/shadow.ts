/** Sends copies of requests to another version and compares what it answers; nobody waits for it. */
import type { Observe } from '../contract/event.ts'
import type { JobResult } from '../contract/job.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import type { BoundRequest } from '../oip/bind-request.ts'
import { copyTensors } from '../scheduler/tensor-rows.ts'
import { type Comparison, compareOutputs } from './compare-outputs.ts'

export interface ShadowOptions {
  readonly observe: Observe
  /** Copies under way at one time; further ones are left out, so that a slow shadow cannot hold memory. 4 unless given. */
  readonly concurrency?: number
}

export interface ShadowRun {
  /** Hands over the answer of the primary; undefined where it failed. */
  primary(served: ServedVersion, result: JobResult | undefined): void
}

export interface Shadows {
  /** Starts a copy; undefined where too many are under way. Copies the inputs at once, since the primary may take theirs. */
  start(shadow: ServedVersion, bound: BoundRequest): ShadowRun | undefined
  readonly running: number
}

const defaultConcurrency = 4

export function createShadows({ observe, concurrency = defaultConcurrency }: ShadowOptions): Shadows {
  let running = 0
  return {
    get running() {
      return running
    },
    start(shadow, bound) {
      if (running >= concurrency) return undefined
      running++
      const inputs = copyTensors(bound.inputs)
      const release = shadow.hold()
      return {
        primary(served, result) {
          const job = { ...bound, inputs, parameters: new Map(), signal: idle, deadlineMs: undefined }
          const run = result ? shadow.scheduler.submit(job) : undefined
          void Promise.resolve(run)
            .then(
              (got) =>
                got && result && report(served, shadow, compareOutputs(result.outputs, got.outputs), got),
              (error: unknown) => report(served, shadow, failure(error), undefined),
            )
            .finally(() => {
              running--
              release()
            })
        },
      }
    },
  }

  function report(
    primary: ServedVersion,
    { model, version }: ServedVersion,
    { relativeL2, top1Agrees, error }: Comparison,
    result: JobResult | undefined,
  ): void {
    const computeMs = result ? result.times.computeEndMs - result.times.computeStartMs : 0
    const event = { model, version, primary: primary.version, relativeL2, top1Agrees, error, computeMs }
    observe({ kind: 'shadow', ...event })
  }
}

/** Copies belong to nobody who could cancel them. */
const idle = new AbortController().signal

function failure(error: unknown): Comparison {
  const text = error instanceof Error ? error.message : String(error)
  return { relativeL2: undefined, top1Agrees: undefined, error: text }
}
