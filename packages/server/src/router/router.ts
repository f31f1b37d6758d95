/**
 * Which version answers: explicit version, then feature rule, then sticky percentage, then default. A version that is
 * not ready gets no traffic; one that does not fit falls back to the default, else the newest that does.
 */
import { SlipwayError } from '@slipway/core'
import type { Caller } from '../contract/caller.ts'
import type { ModelVersion, Observe, RouteReason } from '../contract/event.ts'
import type { Models } from '../contract/models.ts'
import type { Rollout, Target } from '../contract/rollout.ts'
import type { ServedVersion } from '../contract/served-version.ts'
import type { InferenceRequest } from '../oip/inference.ts'
import type { Breakers } from './breaker.ts'
import { chooseSplit, stickyDraw, targetText } from './choose-split.ts'
import type { Ticket } from './circuit.ts'
import type { CompiledRollout } from './compile-rollout.ts'
import { isDark, whyNot } from './fit.ts'
import { labelled } from './label.ts'
import { factOf, type RoutingFacts } from './match-rule.ts'

export interface Route {
  readonly served: ServedVersion
  readonly reason: RouteReason
  /** Undefined where no other version may answer in place of this one, as for an explicit version. */
  readonly trial: Trial | undefined
}

export interface Trial {
  /** To be given back in any case. */
  readonly ticket: Ticket
  /** A version that may answer where this one fails. */
  substitute(): ServedVersion | undefined
}

export interface RouterOptions {
  readonly models: Pick<Models, 'find' | 'versions'>
  readonly rollout: (model: string) => CompiledRollout | undefined
  readonly breakers: Breakers
  readonly observe: Observe
  /** A number in [0, 1) for requests without a sticky key. */
  readonly random?: () => number
}

export interface Router {
  /** Throws what `Models.find` throws, and what does not fit where no version fits the request. */
  route(request: InferenceRequest, caller: Caller): Route
  /** The version that a target stands for, where it is ready. */
  resolve(model: string, target: Target): ServedVersion | undefined
  /** The version that answers where neither rule nor share chooses one. Throws SLP-R3 where it is not ready. */
  standard(model: string): ServedVersion
}

/** Header or parameter that names a version or label outright. */
export const releaseHeader = 'x-slipway-release'
export const releaseParameter = 'slipway_release'

export function createRouter({
  models,
  rollout,
  breakers,
  observe,
  random = Math.random,
}: RouterOptions): Router {
  return {
    route,
    resolve,
    standard: (model) => defaultOf(model, models.versions(model), rollout(model)?.rollout),
  }

  function route(request: InferenceRequest, caller: Caller): Route {
    const { model, version } = request
    if (version !== undefined) return explicit(models.find(model, version), 'version')
    const ready = models.versions(model)
    const rules = rollout(model)
    const release = caller.header(releaseHeader) ?? request.parameters.get(releaseParameter)
    if (release !== undefined) return byRelease(model, String(release), rules?.rollout)
    const standard = defaultOf(model, ready, rules?.rollout)
    const chosen = rules && choose(rules, { request, caller })
    const wanted = chosen && resolve(model, chosen.target)
    if (!wanted || wanted === standard) return checked(request, standard, 'default', standard, rules?.rollout)
    return checked(request, wanted, chosen.reason, standard, rules.rollout)
  }

  function byRelease(model: string, release: string, rules: Rollout | undefined): Route {
    const label = labelled(rules, release)
    return explicit(models.find(model, label ?? release), label === undefined ? 'version' : 'label')
  }

  function resolve(model: string, target: Target): ServedVersion | undefined {
    const version = 'version' in target ? target.version : labelled(rollout(model)?.rollout, target.label)
    return version === undefined
      ? undefined
      : models.versions(model).find((served) => served.version === version)
  }

  function choose(
    { rollout: { model, splits, stickyKey }, rules }: CompiledRollout,
    facts: RoutingFacts,
  ): { readonly target: Target; readonly reason: RouteReason } | undefined {
    const rule = rules.find(({ test }) => test(facts))
    if (rule) return { target: rule.target, reason: 'rule' }
    const key = stickyKey && factOf(stickyKey, facts)
    const draw = key === undefined ? () => random() : stickyDraw(model, key)
    const split = chooseSplit(splits, draw)
    return split && { target: split.target, reason: 'sticky' }
  }

  function defaultOf(
    model: string,
    ready: readonly ServedVersion[],
    rules: Rollout | undefined,
  ): ServedVersion {
    const target = rules?.default ?? (labelled(rules, 'stable') ? { label: 'stable' } : undefined)
    const served = (target && resolve(model, target)) ?? (target ? undefined : ready.at(-1))
    if (served) return served
    if (!target) return models.find(model)
    throw new SlipwayError(
      'SLP-R3',
      `Cannot use model "${model}": its default must be ready, got ${targetText(target)}, which is not`,
    )
  }

  function checked(
    request: InferenceRequest,
    wanted: ServedVersion,
    reason: RouteReason,
    standard: ServedVersion,
    rules: Rollout | undefined,
  ): Route {
    const substitute = () => bestSubstitute(request, wanted, standard, rules)
    const difference = whyNot(request, wanted, standard, rules)
    const ticket = breakers.enter(wanted)
    if (ticket && !difference) return { served: wanted, reason, trial: { ticket, substitute } }
    const other = substitute()
    if (other) {
      if (ticket && difference) recordFallback(wanted, other, ticket, difference.summary)
      return { served: other, reason: 'fallback', trial: undefined }
    }
    ticket?.gaveUp()
    if (difference) throw difference
    return { served: wanted, reason, trial: { ticket: breakers.enterAnyway(wanted), substitute } }
  }

  function recordFallback(
    { model, version }: ModelVersion,
    { version: to }: ModelVersion,
    ticket: Ticket,
    reason: string,
  ): void {
    observe({ kind: 'fallback', model, version, to, reason })
    ticket.fellBack(reason)
  }

  /** The default, else the newest version, among those that fit, work and have not been kept from the traffic. */
  function bestSubstitute(
    request: InferenceRequest,
    failed: ServedVersion,
    standard: ServedVersion,
    rules: Rollout | undefined,
  ): ServedVersion | undefined {
    const ready = models.versions(request.model)
    const inOrder = [...ready.filter((served) => served === standard), ...ready.toReversed()]
    return inOrder.find(
      (served) =>
        served !== failed &&
        (served === standard || !isDark(served, rules)) &&
        breakers.isClosed(served) &&
        whyNot(request, served, standard, rules) === undefined,
    )
  }
}

function explicit(served: ServedVersion, reason: RouteReason): Route {
  return { served, reason, trial: undefined }
}
