import { SlipwayError } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { type Execution, type Outcome, refused, unreachable } from './outcome.ts'
import { type Clock, withRetries } from './retry.ts'

/** Time passes only where somebody waits. */
function testClock(random = 1): Clock & { readonly waits: number[] } {
  let now = 0
  const waits: number[] = []
  return {
    waits,
    nowMs: () => now,
    random: () => random,
    wait: async (ms, signal) => {
      signal.throwIfAborted()
      waits.push(ms)
      now += ms
    },
  }
}

const busy = refused({ text: '[SLP-R11] Cannot queue', fallback: 'SLP-R3', retryAfterMs: undefined })
const value: Outcome<string> = { ok: true, value: 'done' }

/** Answers with each outcome in turn, and with the last one from then on. */
function answers(...outcomes: Outcome<string>[]) {
  let calls = 0
  return {
    run: async () => outcomes[Math.min(calls++, outcomes.length - 1)]!,
    get calls() {
      return calls
    },
  }
}

const call = { signal: undefined, deadlineMs: undefined, isSafe: false }

describe('retries', () => {
  it('go on while the server has done nothing, later and later', async () => {
    const clock = testClock()
    const { run } = answers(busy, busy, busy, value)
    expect(await withRetries(run, call, {}, clock)).toBe('done')
    expect(clock.waits).toEqual([50, 100, 200])
  })

  it('spread by chance, and have a longest delay', async () => {
    const clock = testClock(0)
    await withRetries(answers(busy, busy, value).run, call, {}, clock)
    expect(clock.waits).toEqual([25, 50])
    const slow = testClock()
    const options = { tries: 6, mostDelayMs: 150 }
    await withRetries(answers(busy, busy, busy, busy, value).run, call, options, slow)
    expect(slow.waits).toEqual([50, 100, 150, 150])
  })

  it('wait as long as the server asks for', async () => {
    const clock = testClock()
    const limited = refused({ text: '[SLP-R10] Cannot run', fallback: 'SLP-R3', retryAfterMs: 5000 })
    await withRetries(answers(limited, value).run, call, {}, clock)
    expect(clock.waits).toEqual([5000])
  })

  it('end after some tries', async () => {
    const tried = answers(busy)
    await expect(withRetries(tried.run, call, { tries: 3 }, testClock())).rejects.toMatchObject({
      code: 'SLP-R11',
    })
    expect(tried.calls).toBe(3)
  })

  it.each<[Execution, boolean, number]>([
    ['none', false, 2],
    ['none', true, 2],
    ['unknown', false, 1],
    ['unknown', true, 2],
    ['done', true, 1],
  ])('of a call of which the server did %s, safe: %s, make %i tries', async (execution, isSafe, tries) => {
    const tried = answers(unreachable('a reset', execution))
    const ended = withRetries(tried.run, { ...call, isSafe }, { tries: 2 }, testClock())
    await expect(ended).rejects.toMatchObject({ code: 'SLP-N1' })
    expect(tried.calls).toBe(tries)
  })

  it('do not begin where the deadline would come first', async () => {
    const clock = testClock()
    const tried = answers(busy)
    const ended = withRetries(tried.run, { ...call, deadlineMs: 120 }, { tries: 10 }, clock)
    await expect(ended).rejects.toMatchObject({ code: 'SLP-R11' })
    expect(clock.waits).toEqual([50])
    expect(tried.calls).toBe(2)
  })

  it('tell each try what is left of the deadline, and say when it has passed', async () => {
    const clock = testClock()
    const left: (number | undefined)[] = []
    const run = async ({ leftMs }: { readonly leftMs: number | undefined }): Promise<Outcome<string>> => {
      left.push(leftMs)
      await clock.wait(40, new AbortController().signal)
      return busy
    }
    const ended = withRetries(run, { ...call, deadlineMs: 150 }, {}, clock)
    await expect(ended).rejects.toMatchObject({ code: 'SLP-R11' })
    expect(left).toEqual([150, 60])
    await expect(withRetries(run, { ...call, deadlineMs: 30 }, {}, clock)).rejects.toMatchObject({
      code: 'SLP-R20',
    })
    await expect(withRetries(run, { ...call, deadlineMs: 0 }, {}, clock)).rejects.toMatchObject({
      code: 'SLP-R20',
    })
  })

  it('end with the reason of the signal, before a try and in between', async () => {
    const given = new AbortController()
    const tried = answers(busy)
    const clock = { ...testClock(), wait: async () => given.abort(new Error('enough')) }
    await expect(withRetries(tried.run, { ...call, signal: given.signal }, {}, clock)).rejects.toThrow(
      'enough',
    )
    expect(tried.calls).toBe(1)
    await expect(withRetries(tried.run, { ...call, signal: given.signal }, {}, clock)).rejects.toThrow(
      'enough',
    )
    expect(tried.calls).toBe(1)
  })
})

describe('a refusal', () => {
  const executionOf = (text: string, retryAfterMs?: number) =>
    refused({ text, fallback: 'SLP-R3', retryAfterMs }).execution

  it('says by its code, or by the time to wait, that nothing was done', () => {
    for (const code of ['R3', 'R7', 'R10', 'R11', 'R12']) expect(executionOf(`[SLP-${code}] x`)).toBe('none')
    for (const text of ['[SLP-R4] x', '[SLP-S8] x', 'no healthy upstream'])
      expect(executionOf(text)).toBe('done')
    expect(executionOf('no healthy upstream', 1000)).toBe('none')
    expect(executionOf('[SLP-S8] x', 1000)).toBe('done')
  })

  it("has the server's code and text, else that of the status", () => {
    const own = refused({ text: '[SLP-R2] Cannot find\nit', fallback: 'SLP-R1', retryAfterMs: 10 })
    expect(own.error).toMatchObject({
      code: 'SLP-R2',
      message: '[SLP-R2] Cannot find\nit',
      details: { retryAfterMs: 10 },
    })
    for (const text of ['[SLP-Z9] x', 'Not Found', '[SLP-toString] x']) {
      expect(refused({ text, fallback: 'SLP-R1', retryAfterMs: undefined }).error).toMatchObject({
        code: 'SLP-R1',
      })
    }
    expect(own.error).toBeInstanceOf(SlipwayError)
  })
})
