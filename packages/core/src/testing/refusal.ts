import { type ErrorCode, SlipwayError } from '../base/errors.ts'

/** The SlipwayError that `run` throws; fails where it throws another error or none, or takes a second. */
export function refusalOf(run: () => unknown, code: ErrorCode): SlipwayError {
  const started = performance.now()
  let caught: unknown
  try {
    run()
  } catch (error) {
    caught = error
  }
  const elapsedMs = performance.now() - started
  if (!(caught instanceof SlipwayError) || caught.code !== code) {
    throw new Error(`expected ${code}, got ${caught ?? 'no error'}`, { cause: caught })
  }
  if (elapsedMs > 1000) throw new Error(`${code} took ${Math.round(elapsedMs)} ms`)
  return caught
}
