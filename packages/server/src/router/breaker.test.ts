import { describe, expect, it } from 'vitest'
import type { ServerEvent } from '../contract/event.ts'
import { createBreakers } from './breaker.ts'

function setUp() {
  const events: ServerEvent[] = []
  const clock = { now: 1000 }
  const breakers = createBreakers({
    observe: (event) => events.push(event),
    nowMs: () => clock.now,
    openMs: 100,
  })
  const states = () => events.flatMap((event) => (event.kind === 'breaker' ? [event.state] : []))
  return { breakers, clock, events, states }
}
const version = { model: 'm', version: '2' }

describe('createBreakers', () => {
  it('opens after three fall-backs in a row, and raises an alert', () => {
    const { breakers, events, states } = setUp()
    for (const _ of [1, 2]) breakers.fellBack(version, 'does not fit')
    expect(breakers.allows(version)).toBe(true)
    breakers.fellBack(version, 'does not fit')
    expect(breakers.allows(version)).toBe(false)
    expect(states()).toEqual(['open'])
    expect(events.filter(({ kind }) => kind === 'alert')).toHaveLength(1)
    expect(breakers.list()).toMatchObject([{ version: '2', state: 'open', openedAtMs: 1000 }])
  })

  it('counts only fall-backs in a row', () => {
    const { breakers } = setUp()
    for (const _ of [1, 2, 3]) {
      breakers.fellBack(version, 'x')
      breakers.fellBack(version, 'x')
      breakers.succeeded(version)
    }
    expect(breakers.allows(version)).toBe(true)
  })

  it('lets one request at a time try once it has been open for long enough', () => {
    const { breakers, clock, states } = setUp()
    for (const _ of [1, 2, 3]) breakers.fellBack(version, 'x')
    clock.now += 99
    expect(breakers.allows(version)).toBe(false)
    clock.now += 1
    expect([breakers.allows(version), breakers.allows(version)]).toEqual([true, false])
    breakers.succeeded(version)
    expect(breakers.allows(version)).toBe(true)
    expect(states()).toEqual(['open', 'half-open', 'closed'])
  })

  it('opens again where the probe falls back too', () => {
    const { breakers, clock, states } = setUp()
    for (const _ of [1, 2, 3]) breakers.fellBack(version, 'x')
    clock.now += 100
    breakers.allows(version)
    breakers.fellBack(version, 'x')
    expect(breakers.allows(version)).toBe(false)
    clock.now += 100
    expect(breakers.allows(version)).toBe(true)
    expect(states()).toEqual(['open', 'half-open', 'open', 'half-open'])
  })

  it('lets another try where the probe said nothing', () => {
    const { breakers, clock } = setUp()
    for (const _ of [1, 2, 3]) breakers.fellBack(version, 'x')
    clock.now += 100
    expect(breakers.allows(version)).toBe(true)
    breakers.gaveUp(version)
    expect(breakers.allows(version)).toBe(true)
  })

  it('keeps versions apart', () => {
    const { breakers } = setUp()
    for (const _ of [1, 2, 3]) breakers.fellBack(version, 'x')
    expect(breakers.allows({ model: 'm', version: '1' })).toBe(true)
    expect(breakers.allows({ model: 'n', version: '2' })).toBe(true)
  })
})
