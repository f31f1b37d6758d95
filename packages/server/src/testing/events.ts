/** Events for tests of what reads them. */
import { ROOT_CONTEXT } from '@opentelemetry/api'
import type { BatchEvent, RequestEvent } from '../contract/event.ts'

/** A request to model m, version 1 that took 10 ms: 1 routed, 2 in the queue, 1 assembled, 5 computed, 1 cut. */
export function requestEvent(change: Partial<RequestEvent> = {}): RequestEvent {
  return {
    kind: 'request',
    protocol: 'rest',
    tenant: 't',
    trace: ROOT_CONTEXT,
    model: 'm',
    version: '1',
    startedMs: 1000,
    routedMs: 1001,
    endedMs: 1010,
    outcome: 'SUCCESS',
    error: undefined,
    route: 'default',
    times: { queuedMs: 1001, dispatchedMs: 1003, computeStartMs: 1004, computeEndMs: 1009, endedMs: 1010 },
    batchSize: 4,
    cache: undefined,
    elements: 2,
    ...change,
  }
}

export function batchEvent(change: Partial<BatchEvent> = {}): BatchEvent {
  return {
    kind: 'batch',
    model: 'm',
    version: '1',
    reason: 'full',
    requests: 2,
    elements: 4,
    paddedElements: 0,
    assemblyMs: 1,
    computeMs: 5,
    outputMs: 1,
    failed: false,
    ...change,
  }
}
