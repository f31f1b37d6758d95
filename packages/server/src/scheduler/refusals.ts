/** The errors of a scheduler. Where Triton's clients look for a text, it stands in the message as they know it. */
import { SlipwayError } from '@slipway/core'

export function stopping(model: string): SlipwayError {
  return new SlipwayError(
    'SLP-R7',
    `Cannot queue request for model "${model}": it must be served, got a request while it stops`,
  )
}

export function queueFull(model: string, most: number): SlipwayError {
  const rule = `Exceeds maximum queue size of ${most}`
  return new SlipwayError('SLP-R11', `Cannot queue request for model "${model}": ${rule}, got one more`)
}

export function timedOut(model: string, waitedMs: number): SlipwayError {
  const waited = `${Math.round(waitedMs)} ms in the queue`
  return new SlipwayError('SLP-R12', `Cannot run model "${model}": Request timeout expired, got ${waited}`)
}

export function deadlinePassed(model: string): SlipwayError {
  return new SlipwayError(
    'SLP-R20',
    `Cannot run model "${model}": its result must be there by the deadline, got none yet`,
  )
}

export function cancelled(model: string, signal: AbortSignal): SlipwayError {
  return new SlipwayError('SLP-S7', `Cannot finish run of model "${model}": it was cancelled`, {
    cause: signal.reason,
  })
}

/** SLP-R4: the request does not fit how its model is scheduled. */
export function misfit(model: string, rule: string, got: string): SlipwayError {
  return new SlipwayError('SLP-R4', `Cannot run model "${model}": ${rule}, got ${got}`)
}

/** SLP-R19: the configuration asks for what no scheduler does. */
export function badConfig(model: string, rule: string, got: string): SlipwayError {
  return new SlipwayError('SLP-R19', `Cannot schedule model "${model}": ${rule}, got ${got}`)
}
