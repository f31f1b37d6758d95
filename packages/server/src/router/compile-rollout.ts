/** A rollout that was checked, with its rules as tests. */
import { SlipwayError } from '@slipway/core'
import type { FeatureRule, Rollout, RuleMatch, Target } from '../contract/rollout.ts'
import { isModelName, isVersion } from '../oip/names.ts'
import { compileRule, type RuleTest } from './match-rule.ts'

export interface CompiledRollout {
  readonly rollout: Rollout
  readonly rules: readonly { readonly test: RuleTest; readonly target: Target }[]
}

const mostRules = 100
const mostValues = 1000

/** Throws SLP-R19 for a rollout that breaks a rule. */
export function compileRollout(rollout: Rollout): CompiledRollout {
  const { model, labels, rules, splits, shadow } = rollout
  if (!isModelName(model)) refuse(rollout, 'the model must have a valid name', model)
  for (const [label, version] of Object.entries(labels)) {
    if (!/^[A-Za-z_][\w-]{0,63}$/.test(label)) {
      refuse(rollout, 'a label has 1 to 64 letters, digits, "_" and "-", and no digit first', label)
    }
    if (!isVersion(version)) refuse(rollout, `label "${label}" must stand for a version`, version)
  }
  if (rules.length > mostRules) refuse(rollout, `it may have ${mostRules} rules`, rules.length)
  for (const rule of rules) checkRule(rollout, rule)
  for (const { percent, target } of splits) {
    checkPercent(rollout, percent)
    checkTarget(rollout, target)
  }
  const sum = splits.reduce((total, { percent }) => total + percent, 0)
  // Thirds of a hundred may add up to a little more than it.
  if (sum > 100 + 1e-9) refuse(rollout, 'its percentages may sum to 100', sum)
  if (rollout.default) checkTarget(rollout, rollout.default)
  if (shadow) {
    checkPercent(rollout, shadow.percent)
    checkTarget(rollout, shadow.target)
  }
  return { rollout, rules: rules.map((rule) => ({ test: compileRule(rule), target: rule.target })) }
}

function checkRule(rollout: Rollout, { name, match, target }: FeatureRule): void {
  if (match.length === 0) refuse(rollout, `rule "${name}" must have a condition`, 'none')
  for (const condition of match) checkCondition(rollout, name, condition)
  checkTarget(rollout, target)
}

function checkCondition(rollout: Rollout, rule: string, { op, values, name }: RuleMatch): void {
  if (name === '') refuse(rollout, `rule "${rule}" must say what it looks at`, name)
  const [least, most] = op === 'in' ? [1, mostValues] : op === 'present' ? [0, 0] : [1, 1]
  if (values.length < least || values.length > most) {
    const wanted = least === most ? String(least) : `${least} to ${most}`
    refuse(rollout, `condition "${op}" of rule "${rule}" must have ${wanted} values`, values.length)
  }
}

function checkPercent(rollout: Rollout, percent: number): void {
  if (!(percent >= 0 && percent <= 100)) refuse(rollout, 'a percentage must be 0 to 100', percent)
}

function checkTarget(rollout: Rollout, target: Target): void {
  if ('version' in target) {
    if (!isVersion(target.version)) refuse(rollout, 'a target must be a version or label', target.version)
  } else if (!Object.hasOwn(rollout.labels, target.label)) {
    refuse(rollout, 'a target must be one of the labels of the rollout', target.label)
  }
}

function refuse({ model }: Rollout, rule: string, got: string | number): never {
  const text = typeof got === 'string' ? JSON.stringify(got.slice(0, 200)) : String(got)
  throw new SlipwayError('SLP-R19', `Cannot use rollout of "${model.slice(0, 128)}": ${rule}, got ${text}`)
}
