/** How a server comes up: its own start, then loading and warming of the model. */
import { type ReadMetrics, sumOf } from './metrics-text.ts'
import type { ModelRef } from './target.ts'

export interface StartUp {
  /** Process start to the first answer; known where the test has started the server. */
  readonly initMs: number | undefined
  /** Reading, parsing, compiling; of all versions of the model, as the server tells. */
  readonly loadMs: number | undefined
  readonly warmupMs: number | undefined
  /** Process start to the server saying that it is ready; known where the test has started it. */
  readonly readyMs: number | undefined
  /** When the process started, in milliseconds since 1970. */
  readonly startedAtMs: number | undefined
}

export interface Started {
  readonly initMs: number
  readonly readyMs: number
}

export async function readStartUp(
  started: Started | undefined,
  readMetrics: ReadMetrics | undefined,
  model: ModelRef,
): Promise<StartUp> {
  const metrics = (await readMetrics?.()) ?? []
  const phaseMs = (phase: string) =>
    inMs(
      sumOf(metrics, 'slipway_phase_duration_seconds_sum', {
        ...{ model: model.name, version: model.version, phase },
      }),
    )
  return {
    initMs: started?.initMs,
    loadMs: phaseMs('load'),
    warmupMs: phaseMs('warmup'),
    readyMs: started?.readyMs,
    startedAtMs: inMs(sumOf(metrics, 'process_start_time_seconds')),
  }
}

const inMs = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1000)
