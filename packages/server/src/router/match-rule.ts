/** Feature rules: whether a request has what a rule asks for. */

import { SlipwayError } from '@slipway/core'
import { RE2JS } from 're2js'
import type { Caller } from '../contract/caller.ts'
import type { FeatureRule, RuleMatch } from '../contract/rollout.ts'
import type { InferenceRequest } from '../oip/inference.ts'

/** What rules and sticky keys may look at. */
export interface RoutingFacts {
  readonly request: Pick<InferenceRequest, 'parameters'>
  readonly caller: Pick<Caller, 'header' | 'principal'>
}

export type RuleTest = (facts: RoutingFacts) => boolean

/** A rule as a test: all of its conditions hold. Throws SLP-R19 for a pattern that is no regular expression. */
export function compileRule({ name, match }: FeatureRule): RuleTest {
  const tests = match.map((condition) => compileCondition(name, condition))
  return (facts) => tests.every((test) => test(facts))
}

/** The text of a header, parameter or claim; undefined where the request has none. */
export function factOf(
  { source, name }: Pick<RuleMatch, 'source' | 'name'>,
  { request, caller }: RoutingFacts,
): string | undefined {
  switch (source) {
    case 'header':
      return caller.header(name.toLowerCase())
    case 'parameter':
      return textOf(request.parameters.get(name))
    case 'claim':
      return textOf(caller.principal.claims.get(name))
    default:
      return source satisfies never
  }
}

const textOf = (value: string | number | bigint | boolean | undefined): string | undefined =>
  value === undefined ? undefined : String(value)

function compileCondition(rule: string, condition: RuleMatch): RuleTest {
  const test = compileOp(rule, condition)
  return (facts) => {
    const text = factOf(condition, facts)
    return text !== undefined && test(text)
  }
}

function compileOp(rule: string, { op, values }: RuleMatch): (text: string) => boolean {
  const [value = ''] = values
  switch (op) {
    case 'equals':
      return (text) => text === value
    case 'prefix':
      return (text) => text.startsWith(value)
    case 'in': {
      const set = new Set(values)
      return (text) => set.has(text)
    }
    case 'present':
      return () => true
    case 'regex':
      return compilePattern(rule, value)
    default:
      return op satisfies never
  }
}

/** RE2 takes time linear in the text, so a pattern cannot be used to stop the server. */
function compilePattern(rule: string, pattern: string): (text: string) => boolean {
  try {
    const compiled = RE2JS.compile(pattern)
    return (text) => compiled.matches(text)
  } catch (cause) {
    const got = JSON.stringify(pattern.slice(0, 200))
    const message = `Cannot use rule "${rule}": its pattern must be a regular expression of RE2, got ${got}`
    throw new SlipwayError('SLP-R19', message, { cause })
  }
}
