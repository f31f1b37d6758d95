/** How one try of a call ended. */
import { type ErrorCode, errorCatalogue, SlipwayError } from '@slipway/core'

/** Whether the server did anything of what it was asked: unknown where the connection broke in between. */
export type Execution = 'none' | 'unknown' | 'done'

export interface Failure {
  readonly ok: false
  readonly error: SlipwayError
  readonly execution: Execution
}

export type Outcome<T> = { readonly ok: true; readonly value: T } | Failure

/** Errors by which a server says that it did nothing, and that it may do it later. */
const turnedAway: ReadonlySet<ErrorCode> = new Set([
  ...(['SLP-R3', 'SLP-R7', 'SLP-R10', 'SLP-R11', 'SLP-R12'] as const),
])

const coded = /^\[(SLP-[A-Z]\d+)\] (.*)$/s

interface Refusal {
  /** The server's own words. */
  readonly text: string
  /** What the status alone says. */
  readonly fallback: ErrorCode
  readonly retryAfterMs: number | undefined
}

/** The error that the server answered with; its code stands in its text. */
export function refused({ text, fallback, retryAfterMs }: Refusal): Failure {
  const [, found, summary] = coded.exec(text) ?? []
  const code = isCode(found) ? found : undefined
  const details = retryAfterMs === undefined ? {} : { retryAfterMs }
  const error = new SlipwayError(code ?? fallback, code ? summary! : `Cannot call server: ${text}`, details)
  // Somebody in between, such as a proxy, says by the time to wait that nothing was done.
  const didNothing = code ? turnedAway.has(code) : retryAfterMs !== undefined
  return { ok: false, error, execution: didNothing ? 'none' : 'done' }
}

export function unreachable(reason: string, execution: Execution, cause?: unknown): Failure {
  const error = new SlipwayError('SLP-N1', `Cannot reach server: it must answer, got ${reason}`, { cause })
  return { ok: false, error, execution }
}

/** Reads an answer; what it throws is the server's fault. */
export function understood<T>(read: () => T): Outcome<T> {
  try {
    return { ok: true, value: read() }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const error = new SlipwayError(
      'SLP-N2',
      `Cannot read answer: it must follow the protocol, got ${reason}`,
      {
        cause,
      },
    )
    return { ok: false, error, execution: 'done' }
  }
}

const isCode = (text: string | undefined): text is ErrorCode =>
  text !== undefined && Object.hasOwn(errorCatalogue, text)
