/** Errors as messages between threads: what arrives has the code, the text and the details of what was sent. */
import { type ErrorCode, type ErrorDetails, errorCatalogue, SlipwayError } from '../base/errors.ts'

export interface ErrorMessage {
  readonly name: string
  /** Without what a SlipwayError adds itself: its code and its details. */
  readonly message: string
  readonly stack: string | undefined
  readonly code: string | undefined
  /** Without the cause, which is `cause`. */
  readonly details: ErrorDetails
  readonly cause: ErrorMessage | undefined
}

/** A form of any thrown value that structured clone accepts. */
export function toErrorMessage(error: unknown): ErrorMessage {
  if (!(error instanceof Error)) {
    return {
      name: 'Error',
      message: String(error),
      stack: undefined,
      code: undefined,
      details: {},
      cause: undefined,
    }
  }
  const { cause: _cause, ...details } = error instanceof SlipwayError ? error.details : {}
  return {
    name: error.name,
    message: error instanceof SlipwayError ? error.summary : error.message,
    stack: error.stack,
    code: error instanceof SlipwayError ? error.code : undefined,
    details,
    cause: error.cause === undefined ? undefined : toErrorMessage(error.cause),
  }
}

/** The error that was sent: a SlipwayError where it was one. */
export function fromErrorMessage({ name, message, stack, code, details, cause }: ErrorMessage): Error {
  const inner = cause && fromErrorMessage(cause)
  const error = isCode(code)
    ? new SlipwayError(code, message, inner ? { ...details, cause: inner } : details)
    : new Error(message, inner && { cause: inner })
  if (stack !== undefined) error.stack = stack
  if (!(error instanceof SlipwayError)) error.name = name
  return error
}

function isCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(errorCatalogue, code)
}
