/** One request through all stages: limits, route, cache, queue, execution, classification. */
import { SlipwayError } from '@slipway/core'
import type { Caller } from '../contract/caller.ts'
import type { Observe } from '../contract/event.ts'
import type { JobResult } from '../contract/job.ts'
import type { Rollout } from '../contract/rollout.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import type { Infer } from '../contract/services.ts'
import { type BoundRequest, bindRequest } from '../oip/bind-request.ts'
import type { InferenceRequest, InferenceResult } from '../oip/inference.ts'
import type { Route, Router } from '../router/router.ts'
import type { ShadowRun, Shadows } from '../router/shadow.ts'
import type { RateLimits } from '../scheduler/rate-limits.ts'
import { isCacheable, type ResponseCache } from '../scheduler/response-cache.ts'
import { isFaultOfVersion } from './outcome.ts'
import { toResult } from './to-result.ts'
import { openTrail, type Trail } from './trail.ts'

export interface PipelineOptions {
  readonly router: Router
  readonly shadows: Shadows
  readonly rollout: (model: string) => Rollout | undefined
  readonly limits: RateLimits
  readonly cache: ResponseCache | undefined
  readonly observe: Observe
  /** Whether the server has a model of this name. */
  readonly isKnown: (model: string) => boolean
  readonly stopping: () => boolean
  /** A number in [0, 1). */
  readonly random?: () => number
}

export interface Pipeline {
  readonly infer: Infer
  /** The same for a version that was chosen before, such as that of a lease. */
  answer(served: ServedVersion, request: InferenceRequest, caller: Caller): Promise<InferenceResult>
}

interface Answer {
  readonly served: ServedVersion
  readonly bound: BoundRequest
  readonly outputs: JobResult['outputs']
  /** It came from the cache. */
  readonly isKept: boolean
}

export function createPipeline(options: PipelineOptions): Pipeline {
  const {
    router,
    shadows,
    rollout,
    limits,
    cache,
    observe,
    isKnown,
    stopping,
    random = Math.random,
  } = options
  return {
    infer: (request, caller) => serve(request, caller, () => router.route(request, caller)),
    answer: (served, request, caller) =>
      serve(request, caller, () => ({ served, reason: 'session', trial: undefined })),
  }

  async function serve(
    request: InferenceRequest,
    caller: Caller,
    choose: () => Route,
  ): Promise<InferenceResult> {
    const trail = openTrail(request, caller, { observe, isKnown })
    try {
      if (stopping()) {
        throw new SlipwayError('SLP-R7', 'Cannot run model: the server must be up, got it stopping')
      }
      limits.take(caller.principal.tenant, request.model)
      const route = choose()
      trail.routed(route)
      const answer = await run(request, caller, route, trail)
      const result = toResult(request, answer.served, answer.bound.outputs, answer.outputs)
      trail.succeeded()
      return result
    } catch (error) {
      trail.failed(error)
      throw error
    }
  }

  async function run(request: InferenceRequest, caller: Caller, route: Route, trail: Trail): Promise<Answer> {
    const { served, trial } = route
    if (!trial) return execute(served, request, caller, undefined, trail)
    const { ticket, substitute } = trial
    try {
      const answer = await execute(served, request, caller, shadowOf(served), trail)
      // An answer that was kept says nothing of whether the version works now.
      if (answer.isKept) ticket.gaveUp()
      else ticket.succeeded()
      return answer
    } catch (error) {
      if (!isFaultOfVersion(error)) {
        ticket.gaveUp()
        throw error
      }
      const reason = summaryOf(error)
      ticket.fellBack(reason)
      const other = substitute()
      if (!other) throw error
      observe({ kind: 'fallback', model: served.model, version: served.version, to: other.version, reason })
      trail.routed({ served: other, reason: 'fallback' })
      return execute(other, request, caller, undefined, trail)
    }
  }

  async function execute(
    served: ServedVersion,
    request: InferenceRequest,
    { signal, deadlineMs }: Caller,
    shadow: ServedVersion | undefined,
    trail: Trail,
  ): Promise<Answer> {
    const release = served.hold()
    let copy: ShadowRun | undefined
    let result: JobResult | undefined
    try {
      const bound = bindRequest(request, served)
      trail.bound(served, bound)
      const key =
        cache && isCacheable(served.config) ? cache.keyOf(served, bound.inputs, bound.outputs) : undefined
      const kept = key === undefined ? undefined : cache!.get(key)
      if (key !== undefined) trail.cached(kept ? 'hit' : 'miss')
      if (kept) return { served, bound, outputs: kept, isKept: true }
      copy = shadow && shadows.start(shadow, bound)
      const { inputs, outputs } = bound
      const { parameters } = request
      result = await served.scheduler.submit({ inputs, outputs, parameters, signal, deadlineMs })
      trail.ran(result)
      if (key !== undefined) cache!.put(key, result.outputs)
      return { served, bound, outputs: result.outputs, isKept: false }
    } finally {
      copy?.primary(served, result)
      release()
    }
  }

  function shadowOf(primary: ServedVersion): ServedVersion | undefined {
    const shadow = rollout(primary.model)?.shadow
    if (!shadow || random() * 100 >= shadow.percent) return undefined
    const served = router.resolve(primary.model, shadow.target)
    return served === primary ? undefined : served
  }
}

function summaryOf(error: unknown): string {
  return error instanceof SlipwayError ? error.summary : 'the version failed'
}
