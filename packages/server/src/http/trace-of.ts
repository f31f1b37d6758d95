/** The trace that a call continues, as W3C trace context says it in headers or metadata. */
import { type Context, ROOT_CONTEXT } from '@opentelemetry/api'
import { W3CTraceContextPropagator } from '@opentelemetry/core'
import type { Caller } from '../contract/caller.ts'

const propagator = new W3CTraceContextPropagator()
const getter = {
  keys: () => propagator.fields(),
  get: (header: Caller['header'], name: string) => header(name),
}

/** That of nobody where the headers name none. */
export function traceOf(header: Caller['header']): Context {
  return header('traceparent') === undefined ? ROOT_CONTEXT : propagator.extract(ROOT_CONTEXT, header, getter)
}
