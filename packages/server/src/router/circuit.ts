/** The circuit breaker of one version that is loaded. */
import type { BreakerState } from '../contract/event.ts'

/** What one request says of the version that it tried: the first call counts, later ones say nothing. */
export interface Ticket {
  succeeded(): void
  fellBack(reason: string): void
  /** The request ended without saying anything of the version, such as one that was cancelled. */
  gaveUp(): void
}

export interface Circuit {
  readonly state: BreakerState
  /** Fall-backs since the last success. */
  readonly consecutive: number
  /** Milliseconds since the epoch; undefined while closed. */
  readonly openedAtMs: number | undefined
  /**
   * Lets a request try the version; undefined where it is kept away. A half-open circuit lets one request at a time,
   * so every ticket must be given back.
   */
  enter(): Ticket | undefined
  /** For a request that no other version can answer: whatever the state is. Its success closes the circuit. */
  enterAnyway(): Ticket
}

export interface CircuitOptions {
  readonly threshold: number
  readonly openMs: number
  /** Milliseconds since the epoch. */
  nowMs(): number
  onChange(state: BreakerState, reason: string): void
}

/** A regular request began while the circuit was closed; it says nothing that is new once it is open. */
type Kind = 'regular' | 'probe' | 'forced'

export function createCircuit({ threshold, openMs, nowMs, onChange }: CircuitOptions): Circuit {
  let state: BreakerState = 'closed'
  let consecutive = 0
  let openedAtMs: number | undefined
  let probing = false
  return {
    get state() {
      return state
    },
    get consecutive() {
      return consecutive
    },
    get openedAtMs() {
      return openedAtMs
    },
    enter() {
      if (state === 'closed') return ticket('regular')
      if (state === 'open' && nowMs() - (openedAtMs ?? 0) >= openMs)
        become('half-open', 'one request may try')
      if (state === 'open' || probing) return undefined
      probing = true
      return ticket('probe')
    },
    enterAnyway: () => ticket('forced'),
  }

  function ticket(kind: Kind): Ticket {
    let isOver = false
    const settle = (act: () => void) => {
      if (isOver) return
      isOver = true
      if (kind === 'probe') probing = false
      if (kind !== 'regular' || state === 'closed') act()
    }
    return {
      succeeded: () => settle(close),
      fellBack: (reason) => settle(() => count(kind, reason)),
      gaveUp: () => settle(() => {}),
    }
  }

  function close(): void {
    consecutive = 0
    openedAtMs = undefined
    if (state !== 'closed') become('closed', 'a request succeeded')
  }

  function count(kind: Kind, reason: string): void {
    consecutive++
    const opens = state === 'closed' ? consecutive >= threshold : state === 'half-open' && kind === 'probe'
    if (!opens) return
    openedAtMs = nowMs()
    become('open', reason)
  }

  function become(next: BreakerState, reason: string): void {
    state = next
    onChange(next, reason)
  }
}
