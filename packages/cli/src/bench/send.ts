/** Why a request failed: a status or code to count it by, and what it said. */
export interface Failure {
  readonly code: string
  readonly text: string
}

/** Called once, unless the request is cancelled first. */
export type Done = (failure?: Failure) => void

/** Sends request number `index` and returns what takes it back. */
export type Send = (index: number, done: Done) => () => void

/** A request that got no answer, by the code of the system. */
export function failureOf(error: unknown): Failure {
  const text = error instanceof Error ? error.message : String(error)
  return { code: error instanceof Error && 'code' in error ? String(error.code) : 'connection', text }
}
