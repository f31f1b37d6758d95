import fc from 'fast-check'
import { RE2JS } from 're2js'
import { describe, expect, it } from 'vitest'
import { fullMatcher } from './linear-regex.ts'

/** What RE2 says; undefined where it refuses the pattern. */
function expected(pattern: string, text: string): boolean | undefined {
  try {
    return RE2JS.compile(pattern).matches(text)
  } catch {
    return undefined
  }
}

function actual(pattern: string, text: string): boolean | undefined {
  let matches: (text: string) => boolean
  try {
    matches = fullMatcher(pattern)
  } catch (error) {
    expect(error).toMatchObject({ code: 'SLP-O2' })
    return undefined
  }
  return matches(text)
}

const fragments = (
  'a b c k s - ^ $ . | ( ) (?: (?i) (?i: (?-i) (?-i: (?m) (?s) (?s-m: (?P<n> (?<n> (?P<x> (?= (?! (?U) * + ? ' +
  '*? +? ?? {2} {1,2} {0} {1,} {,2} {2,1} {1001} {9 { } [ ] [^ [a-c] [^a] [a-] [-a] []a] [^]a] [c-a] [[:alpha:]] ' +
  '[[:^digit:]] [[:nope:]] [:alpha:] [\\d-] [\\w\\s] [^\\W] [\\D\\pL] [a\\]] \\d \\D \\w \\W \\s \\S \\b \\B \\A \\z ' +
  '\\Z \\C \\pL \\p{Lu} \\P{Lu} \\p{^Lu} \\p{Greek} \\P{^Greek} \\p{Nope} \\pX \\n \\t \\x41 \\x{3b1} \\x{110000} ' +
  '\\07 \\101 \\1 \\8 \\_ \\. \\q \\Q \\E \\Qa+\\E é α Α ſ K 😀 \\'
).split(' ')
const pattern = fc
  .array(fc.constantFrom(...fragments, '\n', ' '), { maxLength: 7 })
  .map((all) => all.join(''))
const text = fc
  .array(
    fc.constantFrom(
      'a',
      'A',
      'b',
      'c',
      'k',
      'K',
      's',
      'S',
      'ſ',
      'K',
      '_',
      '-',
      '1',
      '\n',
      ' ',
      'é',
      'α',
      'Α',
      '😀',
      '+',
      '{',
      '',
    ),
    {
      maxLength: 4,
    },
  )
  .map((all) => all.join(''))

describe('fullMatcher', () => {
  it('matches what RE2 matches and refuses what RE2 refuses', () => {
    let found = 0
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 1, maxLength: 6 }), (source, texts) => {
        for (const one of texts) {
          const answer = expected(source, one)
          if (answer) found += 1
          expect([source, one, actual(source, one)]).toEqual([source, one, answer])
        }
      }),
      { numRuns: 4000 },
    )
    expect(found).toBeGreaterThan(100)
  })

  it.each(fragments)('agrees on %j alone', (source) => {
    for (const one of ['', 'a', 'A', 'α', '\n', '1', '_', 'aa', '{9', 'a+']) {
      expect(actual(source, one)).toBe(expected(source, one))
    }
  })

  it.each([
    ['(a{0,30}){33}', 'a'.repeat(990), true],
    ['(a{0,30}){34}', '', undefined],
    [`${'('.repeat(900)}a${')'.repeat(900)}`, 'a', true],
    [`${'('.repeat(2000)}a${')'.repeat(2000)}`, 'a', undefined],
    ['a{1000}'.repeat(1200), '', undefined],
    ['(a*)*', 'aaa', true],
    ['(a*)*b', 'aaa', false],
    ['(|a)+', 'aaa', true],
    ['(?m)a$\n^b', 'a\nb', true],
  ])('keeps its bounds: %#', (source, one, answer) => {
    expect(actual(source, one)).toBe(answer)
  })
})
