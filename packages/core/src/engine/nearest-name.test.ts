import { describe, expect, it } from 'vitest'
import { nameHint, nearestName } from './nearest-name.ts'

describe('nearestName', () => {
  const names = ['input_ids', 'attention_mask', 'x']
  it.each([
    ['input_id', 'input_ids'],
    ['INPUT_IDS', 'input_ids'],
    ['attention', 'attention_mask'],
    ['X', 'x'],
    ['pixel_values', undefined],
  ])('%s → %s', (wanted, near) => expect(nearestName(wanted, names)).toBe(near))
})

describe('nameHint', () => {
  it('lists the names where none is close', () => {
    expect(nameHint('qqqq', ['alpha', 'beta'])).toBe('Known names: "alpha", "beta".')
  })
  it('says nothing of a long list', () => {
    expect(
      nameHint(
        'qqqqqqqqqq',
        Array.from({ length: 11 }, (_, i) => `value${i}`),
      ),
    ).toBeUndefined()
  })
})
