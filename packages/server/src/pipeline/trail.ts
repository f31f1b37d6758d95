/** Notes what happens to a request, and tells it in one event when the request is over. */
import type { Caller } from '../contract/caller.ts'
import type { Observe, RequestEvent } from '../contract/event.ts'
import type { JobResult } from '../contract/job.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import type { BoundRequest } from '../oip/bind-request.ts'
import type { InferenceRequest } from '../oip/inference.ts'
import type { Route } from '../router/router.ts'
import { codeOf, outcomeOf } from './outcome.ts'

export interface Trail {
  routed(route: Pick<Route, 'served' | 'reason'>): void
  bound(served: ServedVersion, bound: BoundRequest): void
  cached(result: 'hit' | 'miss'): void
  ran(result: JobResult): void
  succeeded(): void
  failed(error: unknown): void
}

export function openTrail(
  { model }: InferenceRequest,
  { protocol, principal, trace }: Caller,
  { observe, isKnown }: { readonly observe: Observe; readonly isKnown: (model: string) => boolean },
): Trail {
  const startedMs = performance.now()
  let version: string | undefined
  let route: RequestEvent['route']
  let routedMs: number | undefined
  let cache: RequestEvent['cache']
  let result: JobResult | undefined
  let elements = 1
  const end = (outcome: RequestEvent['outcome'], error: RequestEvent['error']) =>
    observe({
      kind: 'request',
      protocol,
      tenant: principal.tenant,
      trace,
      // A name that no model has is whatever the client made up, and would become a label of a metric.
      model: version !== undefined || isKnown(model) ? model : undefined,
      version,
      startedMs,
      routedMs,
      endedMs: performance.now(),
      outcome,
      error,
      route,
      times: result?.times,
      batchSize: result?.batchSize,
      cache,
      elements,
    })
  return {
    routed(chosen) {
      version = chosen.served.version
      route = chosen.reason
      routedMs = performance.now()
    },
    bound({ config }, { inputs }) {
      const [first] = inputs.values()
      elements = config.maxBatchSize > 0 ? (first?.shape[0] ?? 1) : 1
    },
    cached(kind) {
      cache = kind
    },
    ran(got) {
      result = got
    },
    succeeded: () => end('SUCCESS', undefined),
    failed: (error) => end(outcomeOf(error), codeOf(error)),
  }
}
