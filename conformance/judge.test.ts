import { describe, expect, it } from 'vitest'
import { judge } from './judge.ts'

const skips = { 'test_a|test_b': 'no clock', test_c: 'no ears' }

describe('judge', () => {
  it('lets a folder pass or fail', () => {
    expect(judge('test_d', undefined, skips).outcome).toBe('passed')
    expect(judge('test_d', 'differs', skips)).toMatchObject({ outcome: 'failed', detail: 'differs' })
  })

  it('skips what is listed by its whole name and fails', () => {
    expect(judge('test_b', 'differs', skips)).toMatchObject({ outcome: 'skipped', reason: 'no clock' })
    expect(judge('test_c_more', 'differs', skips).outcome).toBe('failed')
    expect(judge('test_a_more', 'differs', skips).outcome).toBe('failed')
  })

  it('fails what is listed and passes', () => {
    expect(judge('test_a', undefined, skips)).toMatchObject({
      outcome: 'failed',
      detail: 'is skipped (no clock) but passes',
    })
  })
})
