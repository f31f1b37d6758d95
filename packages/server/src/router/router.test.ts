import { describe, expect, it } from 'vitest'
import { plainRollout } from '../config/plain-rollout.ts'
import type { ServerEvent } from '../contract/event.ts'
import type { Rollout } from '../contract/rollout.ts'
import { fakeCaller, fakeModels, fakeRequest, fakeServed, vector } from '../testing/fake-served.ts'
import { createBreakers } from './breaker.ts'
import { compileRollout } from './compile-rollout.ts'
import { createRouter } from './router.ts'

const china = { source: 'claim', name: 'region', op: 'equals', values: ['CN'] } as const

function setUp(
  change: Partial<Rollout> | undefined,
  served = [fakeServed('1'), fakeServed('2'), fakeServed('3')],
) {
  const events: ServerEvent[] = []
  const observe = (event: ServerEvent) => void events.push(event)
  const labels = { stable: '1', canary: '2' }
  const compiled = change && compileRollout({ ...plainRollout('m'), labels, ...change })
  const clock = { now: 1000 }
  const breakers = createBreakers({ observe, nowMs: () => clock.now })
  const random = { value: 0 }
  const models = fakeModels(served)
  const router = createRouter({
    models,
    rollout: () => compiled,
    breakers,
    observe,
    random: () => random.value,
  })
  const route = (...args: Parameters<typeof fakeCaller>) => {
    const { served: chosen, reason } = router.route(fakeRequest(), fakeCaller(...args))
    return [chosen.version, reason]
  }
  const states = () => events.flatMap((event) => (event.kind === 'breaker' ? [event.state] : []))
  return { router, route, events, random, breakers, clock, states }
}

describe('createRouter', () => {
  it('takes the highest version without a rollout', () => {
    expect(setUp(undefined).route()).toEqual(['3', 'default'])
  })

  it('takes the label stable unless the rollout names another default', () => {
    expect(setUp({}).route()).toEqual(['1', 'default'])
    expect(setUp({ default: { version: '3' } }).route()).toEqual(['3', 'default'])
  })

  it('goes by version, then rule, then share, then default', () => {
    const rules = [{ name: 'cn', match: [china], target: { version: '3' } }]
    const { router, route, random } = setUp({ rules, splits: [{ target: { label: 'canary' }, percent: 10 }] })
    const explicit = router.route(fakeRequest({ version: '1' }), fakeCaller({}, { region: 'CN' }))
    expect([explicit.served.version, explicit.reason]).toEqual(['1', 'version'])
    expect(route({}, { region: 'CN' })).toEqual(['3', 'rule'])
    expect(route()).toEqual(['2', 'sticky'])
    random.value = 0.5
    expect(route()).toEqual(['1', 'default'])
  })

  it('lets a request name a label or version by header or parameter', () => {
    const { router, route } = setUp({})
    expect(route({ 'x-slipway-release': 'canary' })).toEqual(['2', 'label'])
    expect(route({ 'x-slipway-release': '3' })).toEqual(['3', 'version'])
    const { served } = router.route(fakeRequest({ with: { slipway_release: 'canary' } }), fakeCaller())
    expect(served.version).toBe('2')
    expect(() => route({ 'x-slipway-release': 'beta' })).toThrow(expect.objectContaining({ code: 'SLP-R2' }))
  })

  it.each(['constructor', 'toString', '__proto__'])(
    'takes %s for no label, though objects have it',
    (release) => {
      const { route } = setUp({})
      const unknown = expect.objectContaining({
        code: 'SLP-R2',
        summary: expect.stringContaining(`"${release}"`),
      })
      expect(() => route({ 'x-slipway-release': release })).toThrow(unknown)
    },
  )

  it('keeps a sticky key where it is', () => {
    const splits = [{ target: { label: 'canary' }, percent: 50 }]
    const { route, random } = setUp({ splits, stickyKey: { source: 'header', name: 'x-user' } })
    const first = route({ 'x-user': 'ada' })
    random.value = 0.99
    expect(Array.from({ length: 10 }, () => route({ 'x-user': 'ada' }))).toEqual(Array(10).fill(first))
  })

  it('gives a canary that is not ready no traffic', () => {
    const { route, events } = setUp({ splits: [{ target: { label: 'canary' }, percent: 100 }] }, [
      fakeServed('1'),
    ])
    expect(route()).toEqual(['1', 'default'])
    expect(events).toEqual([])
  })

  it('reaches a dark launch by label only', () => {
    const { route } = setUp({ splits: [{ target: { label: 'canary' }, percent: 0 }] })
    expect(route()).toEqual(['1', 'default'])
    expect(route({ 'x-slipway-release': 'canary' })).toEqual(['2', 'label'])
  })

  it('tells the default without a request', () => {
    expect(setUp({ default: { label: 'canary' } }).router.standard('m').version).toBe('2')
    expect(setUp(undefined).router.standard('m').version).toBe('3')
  })

  it('refuses where the default is not ready', () => {
    const { route } = setUp({ default: { version: '9' } })
    expect(() => route()).toThrow(expect.objectContaining({ code: 'SLP-R3' }))
  })
})

describe('fall-back', () => {
  const all = [{ target: { label: 'canary' }, percent: 100 }]
  const other = { structural: 'other', strict: 'other' }

  it('goes to the newest version that fits where the interface does not, is recorded, and opens the breaker', () => {
    const misfit = fakeServed('2', { inputs: [vector('image')] })
    const { route, events, breakers } = setUp({ splits: all }, [fakeServed('1'), misfit])
    for (const _ of [1, 2, 3]) expect(route()).toEqual(['1', 'fallback'])
    expect(events.filter(({ kind }) => kind === 'fallback')).toHaveLength(3)
    expect(breakers.list()).toMatchObject([{ version: '2', state: 'open' }])
    expect(route()).toEqual(['1', 'fallback'])
    expect(events.filter(({ kind }) => kind === 'fallback')).toHaveLength(3)
  })

  it.each(['structural', 'strict'] as const)('goes by the %s signature', (signature) => {
    const changed = fakeServed('2', {
      signatures: { structural: 's', strict: 'other', [signature]: 'other' },
    })
    expect(setUp({ splits: all, signature }, [fakeServed('1'), changed]).route()).toEqual(['1', 'fallback'])
    expect(setUp({ splits: all }, [fakeServed('1'), changed]).route()).toEqual(['2', 'sticky'])
  })

  it('skips versions with another signature', () => {
    const served = [
      fakeServed('1'),
      fakeServed('2', { signatures: other }),
      fakeServed('3', { signatures: other }),
    ]
    expect(setUp({ splits: all, signature: 'structural' }, served).route()).toEqual(['1', 'fallback'])
  })

  it('goes to the default before newer versions', () => {
    const misfit = fakeServed('2', { inputs: [vector('image')] })
    expect(setUp({ splits: all }, [fakeServed('1'), misfit, fakeServed('3')]).route()).toEqual([
      '1',
      'fallback',
    ])
  })

  it('passes over dark launches and open breakers', () => {
    const standard = fakeServed('1', { inputs: [vector('old')] })
    const canary = fakeServed('2', { inputs: [vector('image')] })
    const [fine, broken, dark] = ['3', '4', '5'].map((version) => fakeServed(version))
    const splits = [...all, { target: { version: '5' }, percent: 0 }]
    const { route, breakers } = setUp({ splits }, [standard, canary, fine!, broken!, dark!])
    expect(route()).toEqual(['4', 'fallback'])
    for (const _ of [1, 2, 3]) breakers.enter(broken!)!.fellBack('x')
    expect(route()).toEqual(['3', 'fallback'])
  })

  it('tries a version whose breaker is open where no other is there', () => {
    const only = fakeServed('1')
    const { router, route, breakers, states } = setUp(undefined, [only])
    for (const _ of [1, 2, 3]) breakers.enter(only)!.fellBack('x')
    expect(route()).toEqual(['1', 'default'])
    router.route(fakeRequest(), fakeCaller()).trial!.ticket.succeeded()
    expect(states()).toEqual(['open', 'closed'])
  })

  it('leaves the place of the probe to the next where it does not fit', () => {
    const only = fakeServed('1')
    const { router, breakers, clock } = setUp(undefined, [only])
    for (const _ of [1, 2, 3]) breakers.enter(only)!.fellBack('x')
    clock.now += 30_000
    const wrong = () => router.route(fakeRequest({ input: 'picture' }), fakeCaller())
    expect(wrong).toThrow(expect.objectContaining({ code: 'SLP-S1' }))
    expect(breakers.enter(only)).toBeDefined()
  })

  it('does not save a request that names its version', () => {
    const misfit = fakeServed('2', { inputs: [vector('image')] })
    const { router } = setUp({}, [fakeServed('1'), misfit])
    expect(router.route(fakeRequest({ version: '2' }), fakeCaller()).served.version).toBe('2')
  })

  it('tells what is wrong where no version fits, and does not blame the version', () => {
    const { router, breakers } = setUp({ splits: all })
    const wrong = () => router.route(fakeRequest({ input: 'picture' }), fakeCaller())
    for (const _ of [1, 2, 3, 4]) expect(wrong).toThrow(expect.objectContaining({ code: 'SLP-S1' }))
    expect(breakers.list()).toEqual([])
  })

  it('serves old clients of a default whose interface changed', () => {
    const renamed = fakeServed('3', { inputs: [vector('image')] })
    expect(setUp(undefined, [fakeServed('1'), fakeServed('2'), renamed]).route()).toEqual(['2', 'fallback'])
  })
})
