import { describe, expect, it } from 'vitest'
import { plainRollout } from '../config/plain-rollout.ts'
import type { Rollout } from '../contract/rollout.ts'
import { fakeCaller, fakeRequest } from '../testing/fake-served.ts'
import { compileRollout } from './compile-rollout.ts'

const rollout = (change: Partial<Rollout>): Rollout => ({
  ...plainRollout('m'),
  labels: { stable: '1', canary: '2' },
  ...change,
})
const canary = { label: 'canary' }

describe('compileRollout', () => {
  it.each([
    ['a model that no model can be', { model: '../etc' }],
    ['a label that could be a version', { labels: { 7: '1' } }],
    ['a label for no version', { labels: { stable: 'new' } }],
    [
      'more than all of the traffic',
      {
        splits: [
          { target: canary, percent: 60 },
          { target: canary, percent: 41 },
        ],
      },
    ],
    ['less than none', { splits: [{ target: canary, percent: -1 }] }],
    ['a share that is no number', { splits: [{ target: canary, percent: Number.NaN }] }],
    ['a share for an unknown label', { splits: [{ target: { label: 'beta' }, percent: 1 }] }],
    ['an unknown label as the default', { default: { label: 'beta' } }],
    ['a shadow of nothing', { shadow: { target: { version: '0' }, percent: 1 } }],
    ['a rule without conditions', { rules: [{ name: 'r', match: [], target: canary }] }],
    [
      'a condition without values',
      {
        rules: [
          { name: 'r', match: [{ source: 'header', name: 'h', op: 'equals', values: [] }], target: canary },
        ],
      },
    ],
    [
      'a pattern that is none',
      {
        rules: [
          { name: 'r', match: [{ source: 'header', name: 'h', op: 'regex', values: ['('] }], target: canary },
        ],
      },
    ],
  ] as [string, Partial<Rollout>][])('refuses %s', (_, change) => {
    expect(() => compileRollout(rollout(change))).toThrow(expect.objectContaining({ code: 'SLP-R19' }))
  })

  it('takes thirds of the traffic', () => {
    const third = { target: canary, percent: 100 / 3 }
    expect(() => compileRollout(rollout({ splits: [third, third, third] }))).not.toThrow()
  })

  it.each([
    ['equals', ['CN'], 'CN', true],
    ['equals', ['CN'], 'cn', false],
    ['prefix', ['eu-'], 'eu-west', true],
    ['prefix', ['eu-'], 'us-eu-', false],
    ['in', ['a', 'b'], 'b', true],
    ['in', ['a', 'b'], 'c', false],
    ['regex', ['eu-(west|east)-\\d'], 'eu-west-1', true],
    ['regex', ['eu-(west|east)-\\d'], 'eu-west-12', false],
    ['present', [], '', true],
  ] as const)('matches a header by %s %j: %s', (op, values, header, expected) => {
    const rules = [
      { name: 'r', match: [{ source: 'header', name: 'X-Region', op, values } as const], target: canary },
    ]
    const { rules: compiled } = compileRollout(rollout({ rules }))
    const facts = { request: fakeRequest(), caller: fakeCaller({ 'x-region': header }) }
    expect(compiled[0]!.test(facts)).toBe(expected)
    expect(compiled[0]!.test({ ...facts, caller: fakeCaller() })).toBe(false)
  })

  it('asks all conditions of a rule, in parameters and claims too', () => {
    const match = [
      { source: 'parameter', name: 'tier', op: 'equals', values: ['3'] },
      { source: 'claim', name: 'region', op: 'equals', values: ['CN'] },
    ] as const
    const { rules } = compileRollout(rollout({ rules: [{ name: 'r', match, target: canary }] }))
    const test = (tier: number, region: string) =>
      rules[0]!.test({ request: fakeRequest({ with: { tier } }), caller: fakeCaller({}, { region }) })
    expect([test(3, 'CN'), test(3, 'DE'), test(2, 'CN')]).toEqual([true, false, false])
  })
})
