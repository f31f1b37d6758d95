import { type ErrorCode, SlipwayError } from '../base/errors.ts'

/** Tries to refuse within a second: other programs may want the processor during one of them, but not during all. */
const tries = 5

/** The SlipwayError that `run` throws; fails where it throws another error or none, or takes a second each time. */
export function refusalOf(run: () => unknown, code: ErrorCode): SlipwayError {
  for (let left = tries; ; left--) {
    const startMs = performance.now()
    const error = refusal(run, code)
    const elapsedMs = performance.now() - startMs
    if (elapsedMs <= 1000) return error
    if (left === 1) throw new Error(`${code} took ${Math.round(elapsedMs)} ms`)
  }
}

function refusal(run: () => unknown, code: ErrorCode): SlipwayError {
  try {
    run()
  } catch (error) {
    if (error instanceof SlipwayError && error.code === code) return error
    throw new Error(`expected ${code}, got ${error}`, { cause: error })
  }
  throw new Error(`expected ${code}, got no error`)
}
