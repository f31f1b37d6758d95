/** What a run ends with that was cancelled. */
import { SlipwayError } from '../base/errors.ts'

/** The error of a cancelled run; with the caller's reason where its signal is at hand. */
export function cancelledError(signal?: AbortSignal): SlipwayError {
  return new SlipwayError(
    'SLP-S7',
    'Cannot finish run: it was cancelled',
    signal ? { cause: signal.reason } : {},
  )
}
