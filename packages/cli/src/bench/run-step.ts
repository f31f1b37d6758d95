/** Open-loop load at one rate: requests start when planned, and latency counts from the plan. */
import type { Clock } from './clock.ts'
import { plannedTimes, type Schedule } from './schedule.ts'
import type { Failure, Send } from './send.ts'
import type { StepResult } from './step-result.ts'
import { createTally, type Tally } from './tally.ts'

export interface StepOptions extends Schedule {
  readonly send: Send
  readonly clock: Clock
  readonly signal: AbortSignal
  /** More open requests than this are not sent but counted as errors. */
  readonly maxInFlight: number
  /** From the planned start. */
  readonly timeoutMs: number
  /** Gets every request that was sent, with its plan and its end. */
  readonly onLanded?: ((plannedMs: number, nowMs: number, failure: Failure | undefined) => void) | undefined
  readonly onProgress?: ((elapsedMs: number) => void) | undefined
}

/** After the last request it waits for all answers. An abort takes back what is open, and the rest counts. */
export async function runStep(options: StepOptions): Promise<StepResult> {
  const { clock, signal, qps, durationMs } = options
  const tally = createTally()
  const flights = openFlights(options, tally)
  const [startedMs, cpuBeforeMs] = [clock.nowMs(), clock.cpuMs()]
  const times = plannedTimes(options)
  let next = times.next()
  while (!next.done && !signal.aborted) {
    await clock.until(startedMs + next.value)
    // Only what is due now, so that answers get their turn when the load generator is behind its plan.
    const nowMs = clock.nowMs()
    for (; !next.done && startedMs + next.value <= nowMs; next = times.next())
      flights.launch(startedMs + next.value)
    flights.expire()
    options.onProgress?.(nowMs - startedMs)
  }
  if (!signal.aborted) await clock.until(startedMs + durationMs)
  const cpuMs = clock.cpuMs() - cpuBeforeMs
  const ranMs = signal.aborted ? Math.max(clock.nowMs() - startedMs, 1) : durationMs
  await flights.landed()
  return tally.result({ qps, durationMs: Math.min(ranMs, durationMs), startedMs, cpuMs })
}

interface Flight {
  readonly plannedMs: number
  cancel(): void
}

const pollMs = 10

function openFlights(options: StepOptions, tally: Tally) {
  const { send, clock, signal, maxInFlight, timeoutMs, onLanded } = options
  // In the order of their plan, so that the oldest come first.
  const open = new Set<Flight>()
  let index = 0
  const land = (flight: Flight, failure: Failure | undefined) => {
    if (!open.delete(flight)) return
    tally.landed(flight.plannedMs, clock.nowMs(), failure)
    onLanded?.(flight.plannedMs, clock.nowMs(), failure)
  }
  const expire = () => {
    for (const flight of open) {
      if (clock.nowMs() - flight.plannedMs < timeoutMs) return
      land(flight, { code: 'timeout', text: `no answer within ${timeoutMs} ms` })
      flight.cancel()
    }
  }
  return {
    expire,
    launch(plannedMs: number): void {
      if (open.size >= maxInFlight) {
        tally.drop()
        return
      }
      tally.sent(plannedMs, clock.nowMs())
      let cancel = () => {}
      const flight: Flight = { plannedMs, cancel: () => cancel() }
      open.add(flight)
      cancel = send(index++, (failure) => land(flight, failure))
    },
    async landed(): Promise<void> {
      while (open.size > 0 && !signal.aborted) {
        await clock.until(clock.nowMs() + pollMs)
        expire()
      }
      for (const flight of open) {
        open.delete(flight)
        flight.cancel()
        tally.takeBack()
      }
    },
  }
}
