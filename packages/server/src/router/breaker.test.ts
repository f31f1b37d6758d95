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
  const fail = (times: number, of = version) => {
    for (let i = 0; i < times; i++) breakers.enter(of)!.fellBack('x')
  }
  const isAllowed = (of = version) => {
    const ticket = breakers.enter(of)
    ticket?.gaveUp()
    return ticket !== undefined
  }
  return { breakers, clock, events, states, fail, isAllowed }
}
const version = { model: 'm', version: '2' }

describe('createBreakers', () => {
  it('opens after three fall-backs in a row, and raises an alert', () => {
    const { breakers, events, states, fail, isAllowed } = setUp()
    fail(2)
    expect(isAllowed()).toBe(true)
    fail(1)
    expect(isAllowed()).toBe(false)
    expect(breakers.isClosed(version)).toBe(false)
    expect(states()).toEqual(['open'])
    expect(events.filter(({ kind }) => kind === 'alert')).toHaveLength(1)
    expect(breakers.list()).toMatchObject([{ version: '2', state: 'open', openedAtMs: 1000 }])
  })

  it('counts only fall-backs in a row', () => {
    const { breakers, fail, isAllowed } = setUp()
    for (const _ of [1, 2, 3]) {
      fail(2)
      breakers.enter(version)!.succeeded()
    }
    expect(isAllowed()).toBe(true)
    expect(breakers.list()).toEqual([])
  })

  it('lets one request at a time try once it has been open for long enough', () => {
    const { breakers, clock, states, fail, isAllowed } = setUp()
    fail(3)
    clock.now += 99
    expect(isAllowed()).toBe(false)
    clock.now += 1
    const probe = breakers.enter(version)!
    expect(isAllowed()).toBe(false)
    probe.succeeded()
    expect(isAllowed()).toBe(true)
    expect(states()).toEqual(['open', 'half-open', 'closed'])
  })

  it('opens again where the probe falls back too', () => {
    const { breakers, clock, states, fail, isAllowed } = setUp()
    fail(3)
    clock.now += 100
    breakers.enter(version)!.fellBack('x')
    expect(isAllowed()).toBe(false)
    clock.now += 100
    expect(isAllowed()).toBe(true)
    expect(states()).toEqual(['open', 'half-open', 'open', 'half-open'])
  })

  it('lets another try where the probe said nothing', () => {
    const { clock, fail, isAllowed } = setUp()
    fail(3)
    clock.now += 100
    expect([isAllowed(), isAllowed()]).toEqual([true, true])
  })

  it('learns from a request that began before it opened nothing, and leaves the place of the probe to it', () => {
    const { breakers, clock, states, fail, isAllowed } = setUp()
    const [good, bad] = [breakers.enter(version)!, breakers.enter(version)!]
    fail(3)
    good.succeeded()
    expect(isAllowed()).toBe(false)
    clock.now += 100
    const probe = breakers.enter(version)!
    bad.fellBack('x')
    expect(isAllowed()).toBe(false)
    probe.succeeded()
    expect(states()).toEqual(['open', 'half-open', 'closed'])
  })

  it('counts what a request says first', () => {
    const { breakers } = setUp()
    const ticket = breakers.enter(version)!
    for (const _ of [1, 2, 3]) ticket.fellBack('x')
    expect(breakers.list()).toMatchObject([{ state: 'closed', consecutiveFallbacks: 1 }])
  })

  it('closes by the success of a request that had no other way', () => {
    const { breakers, states, fail } = setUp()
    fail(3)
    breakers.enterAnyway(version).fellBack('x')
    expect(breakers.list()).toMatchObject([{ state: 'open', consecutiveFallbacks: 4, openedAtMs: 1000 }])
    breakers.enterAnyway(version).succeeded()
    expect(states()).toEqual(['open', 'closed'])
  })

  it('keeps versions apart', () => {
    const { fail, isAllowed } = setUp()
    fail(3)
    expect(isAllowed({ model: 'm', version: '1' })).toBe(true)
    expect(isAllowed({ model: 'n', version: '2' })).toBe(true)
  })

  it('gives a version that is loaded again a clean record, which nothing said of the old one touches', () => {
    const { breakers, events, fail, isAllowed } = setUp()
    const late = breakers.enter(version)!
    fail(2)
    const again = { ...version }
    expect(isAllowed(again)).toBe(true)
    late.fellBack('x')
    expect(breakers.isClosed(again)).toBe(true)
    expect([breakers.list(), events]).toEqual([[], []])
  })
})
