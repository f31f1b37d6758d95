/** Open-loop load at one rate: requests start when planned, and latency counts from the plan. */
import type { Clock } from './clock.ts'
import { plannedTimes, type Schedule } from './schedule.ts'
import type { Send } from './send.ts'
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
  readonly onProgress?: ((elapsedMs: number) => void) | undefined
}

/** After the last request it waits for all answers. An abort cancels what is open. */
export async function runStep(options: StepOptions): Promise<StepResult> {
  const { clock, signal, qps, durationMs } = options
  const tally = createTally()
  const flights = openFlights(options, tally)
  const startedMs = clock.nowMs()
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
  await clock.until(startedMs + durationMs)
  await flights.landed()
  return tally.result({ qps, durationMs, startedMs })
}

interface Flight {
  readonly plannedMs: number
  cancel(): void
}

const pollMs = 10

function openFlights({ send, clock, signal, maxInFlight, timeoutMs }: StepOptions, tally: Tally) {
  // In the order of their plan, so that the oldest come first.
  const open = new Set<Flight>()
  let index = 0
  const giveUp = (flight: Flight, code: string, text: string) => {
    open.delete(flight)
    flight.cancel()
    tally.landed(flight.plannedMs, clock.nowMs(), { code, text })
  }
  const expire = () => {
    for (const flight of open) {
      if (clock.nowMs() - flight.plannedMs < timeoutMs) return
      giveUp(flight, 'timeout', `no answer within ${timeoutMs} ms`)
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
      cancel = send(index++, (failure) => {
        if (open.delete(flight)) tally.landed(plannedMs, clock.nowMs(), failure)
      })
    },
    async landed(): Promise<void> {
      while (open.size > 0 && !signal.aborted) {
        await clock.until(clock.nowMs() + pollMs)
        expire()
      }
      for (const flight of open) giveUp(flight, 'cancelled', 'the test was stopped')
    },
  }
}
