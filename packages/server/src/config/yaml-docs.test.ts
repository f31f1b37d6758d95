import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { readServingConfig } from './read-config.ts'
import { executionModes, paddingModes, reloadModes } from './serving-config.ts'

const docs = readFileSync(new URL('../../../../docs/serving-config.md', import.meta.url), 'utf8')
const yaml = /```yaml\n([\s\S]*?)```/.exec(docs)![1]!

it('the example of slipway.yaml in the documentation is read, and has every field that only Slipway has', () => {
  const { slipway } = readServingConfig({ yaml, pbtxt: undefined })
  expect(slipway.rollout).toMatchObject({ labels: { stable: '3', canary: '4' }, signature: 'structural' })
  expect(slipway.limits).toEqual({
    rate: { perSecond: 200, burst: 50 },
    tenantRate: { perSecond: 20, burst: 20 },
    maxQueueSize: 256,
  })
  const own = ['execution', 'labels', 'limits', 'padding', 'reload', 'rollout', 'warmup']
  expect(Object.keys(parse(yaml))).toEqual(expect.arrayContaining(own))
})

it('the documentation names every mode', () => {
  for (const name of [...executionModes, ...reloadModes, ...paddingModes]) expect(yaml).toContain(name)
})
