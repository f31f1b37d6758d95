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
import type { Breakers } from '../router/breaker.ts'
import type { Route, Router } from '../router/router.ts'
import type { ShadowRun, Shadows } from '../router/shadow.ts'
import type { RateLimits } from '../scheduler/rate-limits.ts'
import { isCacheable, type ResponseCache } from '../scheduler/response-cache.ts'
import { isFaultOfVersion, outcomeOf } from './outcome.ts'
import { toResult } from './to-result.ts'
import { openTrail, type Trail } from './trail.ts'

export interface PipelineOptions {
  readonly router: Router
  readonly breakers: Breakers
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
}

export function createPipeline(options: PipelineOptions): Pipeline {
  const {
    router,
    breakers,
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
      serve(request, caller, () => ({ served, reason: 'session', substitute: undefined })),
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
    const { served, substitute } = route
    const tried = substitute !== undefined
    try {
      const answer = await execute(served, request, caller, tried ? shadowOf(served) : undefined, trail)
      if (tried) breakers.succeeded(served)
      return answer
    } catch (error) {
      const other = isFaultOfVersion(error) ? substitute?.() : undefined
      if (!other) {
        if (tried && outcomeOf(error) === 'BACKEND') breakers.fellBack(served, summaryOf(error))
        else if (tried) breakers.gaveUp(served)
        throw error
      }
      const reason = summaryOf(error)
      observe({ kind: 'fallback', model: served.model, version: served.version, to: other.version, reason })
      breakers.fellBack(served, reason)
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
      if (kept) return { served, bound, outputs: kept }
      copy = shadow && shadows.start(shadow, bound)
      const { inputs, outputs } = bound
      const { parameters } = request
      result = await served.scheduler.submit({ inputs, outputs, parameters, signal, deadlineMs })
      trail.ran(result)
      if (key !== undefined) cache!.put(key, result.outputs)
      return { served, bound, outputs: result.outputs }
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
