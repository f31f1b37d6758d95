import { describe, expect, it } from 'vitest'
import { platform } from '#platform'
import type { Value } from '../../base/value.ts'
import { f32 } from '../../testing/literals.ts'
import { referenceEngine } from '../reference-engine.ts'
import { createSession } from '../session.ts'
import { compileGraph } from './compile.ts'
import { type Sample, tryRevectorizer } from './revectorizer.ts'
import { sampleGraph, sampleInputs } from './sample-graph.ts'

/** Switches that note what is asked of them, for samples whose results depend on them. */
function fakeSwitch() {
  const state = { isWide: false, isWell: false }
  return {
    state,
    widen(isOn: boolean) {
      state.isWide = isOn
    },
    compileWell(isOn: boolean) {
      state.isWell = isOn
    },
  }
}

const results = (...values: readonly number[]): ReadonlyMap<string, Value> =>
  new Map([
    ['first', f32([1, 2])],
    ['second', f32([...values])],
  ])

describe('tryRevectorizer', () => {
  it('leaves the switch on where results are the same, and compiled well', () => {
    const fake = fakeSwitch()
    const seen: unknown[] = []
    const sample: Sample = (_, isShared) => {
      seen.push({ ...fake.state, isShared })
      return results(Number.NaN, -0)
    }
    expect(tryRevectorizer(false, fake, sample)).toEqual({ isOn: true })
    expect(seen).toEqual([
      { isWide: false, isWell: false, isShared: false },
      { isWide: true, isWell: true, isShared: true },
    ])
    expect(fake.state).toEqual({ isWide: true, isWell: false })
  })

  it.each([
    ['gives another sign of zero', () => results(Number.NaN, 0), 'its self-test gave another second'],
    ['loses an element', () => results(Number.NaN), 'its self-test gave another second'],
    [
      'traps',
      () => {
        throw new Error('memory access out of bounds')
      },
      'its self-test failed: memory access out of bounds',
    ],
  ])('turns it off where the sample %s', (_, wrong: () => ReadonlyMap<string, Value>, reason) => {
    const fake = fakeSwitch()
    const sample: Sample = () => (fake.state.isWide ? wrong() : results(Number.NaN, -0))
    expect(tryRevectorizer(false, fake, sample)).toEqual({ isOn: false, reason })
    expect(fake.state).toEqual({ isWide: false, isWell: false })
  })

  it('says why there is none', () => {
    expect(tryRevectorizer(true, 'no such thing')).toEqual({ isOn: false, reason: 'no such thing' })
  })

  it('keeps the bits of a session that asks for it', async () => {
    const inputs = Object.fromEntries(sampleInputs())
    const options = { deterministic: true, revectorize: true, threads: 1 }
    const plain = compileGraph(sampleGraph(), { deterministic: true }).run(sampleInputs())
    await using session = await createSession(sampleGraph(), options)
    for (let run = 0; run < 3; run++)
      expect(new Map(Object.entries(await session.run(inputs)))).toEqual(plain)
    const offered = platform.vectorSwitch()
    const expected = typeof offered === 'string' ? { isOn: false, reason: offered } : { isOn: true }
    expect(session.report().revectorizer).toEqual(expected)
  })

  it('is reported as off where nobody asks, or nothing is compiled', async () => {
    await using plain = await createSession(sampleGraph(), { threads: 1 })
    expect(plain.report().revectorizer).toEqual({ isOn: false })
    await using slow = await createSession(sampleGraph(), { engine: referenceEngine, revectorize: true })
    expect(slow.report().revectorizer).toEqual({ isOn: false, reason: 'reference has no vectors' })
  })
})
