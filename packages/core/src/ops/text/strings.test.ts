import { describe, expect, it } from 'vitest'
import { bool, flat, i64, str } from '../../testing/literals.ts'
import { opTest } from '../../testing/op-test.ts'
import { regexFullMatch } from './regex-full-match.ts'
import { fullMatcher } from './shared/linear-regex.ts'
import { stringConcat } from './string-concat.ts'
import { stringNormalizer } from './string-normalizer.ts'
import { stringSplit } from './string-split.ts'

opTest(stringConcat, {
  cases: [
    {
      name: 'joins with broadcasting',
      inputs: { X: str([['a'], ['b']]), Y: str(['x', '日本']) },
      outputs: {
        Z: str([
          ['ax', 'a日本'],
          ['bx', 'b日本'],
        ]),
      },
    },
    {
      name: 'keeps an empty axis',
      inputs: { X: flat('string', [0, 1], []), Y: str('x') },
      outputs: { Z: flat('string', [0, 1], []) },
    },
  ],
  symbolic: [
    { name: 'broadcasts names', inputs: { X: 'string[N,1]', Y: 'string[M]' }, outputs: ['string[N,M]'] },
  ],
  invalid: [
    {
      name: 'shapes that do not broadcast',
      inputs: { X: str(['a', 'b']), Y: str(['a', 'b', 'c']) },
      code: 'SLP-O2',
      message: 'must broadcast',
    },
  ],
})

opTest(stringSplit, {
  cases: [
    {
      name: 'cuts at white space and trims',
      inputs: { X: str([' a\tb  c ', '']) },
      outputs: {
        Y: str([
          ['a', 'b', 'c'],
          ['', '', ''],
        ]),
        Z: i64([3, 0]),
      },
    },
    {
      name: 'cuts at a delimiter',
      inputs: { X: str(['a,b,,c', 'd']) },
      attrs: { delimiter: ',' },
      outputs: {
        Y: str([
          ['a', 'b', '', 'c'],
          ['d', '', '', ''],
        ]),
        Z: i64([4, 1]),
      },
    },
    {
      name: 'finds delimiters from the left',
      inputs: { X: str(['aaaaa']) },
      attrs: { delimiter: 'aa' },
      outputs: { Y: str([['', '', 'a']]), Z: i64([3]) },
    },
    {
      name: 'leaves the rest whole',
      inputs: { X: str(['a,b,,c']) },
      attrs: { delimiter: ',', maxsplit: 2 },
      outputs: { Y: str([['a', 'b', ',c']]), Z: i64([3]) },
    },
    {
      name: 'leaves the rest whole after white space',
      inputs: { X: str([' a b  c ']) },
      attrs: { maxsplit: 1 },
      outputs: { Y: str([['a', 'b  c']]), Z: i64([2]) },
    },
    {
      name: 'does not cut at all',
      inputs: { X: str([' a b ']) },
      attrs: { maxsplit: 0 },
      outputs: { Y: str([['a b']]), Z: i64([1]) },
    },
    {
      name: 'keeps an empty tensor',
      inputs: { X: flat('string', [0], []) },
      outputs: { Y: flat('string', [0, 0], []), Z: i64([]) },
    },
    { name: 'splits a scalar', inputs: { X: str('a b') }, outputs: { Y: str(['a', 'b']), Z: i64(2) } },
  ],
  symbolic: [
    { name: 'adds an axis', inputs: { X: 'string[N]' }, outputs: ['string[N,node.pieces]', 'int64[N]'] },
  ],
})

opTest(stringNormalizer, {
  cases: [
    {
      name: 'drops stop words in any case',
      inputs: { X: str(['Mon', 'tue']) },
      attrs: { stopwords: ['MON'] },
      outputs: { Y: str(['tue']) },
    },
    {
      name: 'drops stop words in their own case',
      inputs: { X: str(['Mon', 'tue']) },
      attrs: { stopwords: ['MON', 'tue'], is_case_sensitive: 1, case_change_action: 'UPPER' },
      outputs: { Y: str(['MON']) },
    },
    {
      name: 'keeps an axis of one',
      inputs: { X: str([['a', 'B']]) },
      attrs: { case_change_action: 'LOWER' },
      outputs: { Y: str([['a', 'b']]) },
    },
    {
      name: 'leaves one empty text',
      inputs: { X: str([['a', 'B']]) },
      attrs: { stopwords: ['a', 'b'] },
      outputs: { Y: str([['']]) },
    },
    {
      name: 'goes by the language',
      inputs: { X: str(['i']) },
      attrs: { case_change_action: 'UPPER', locale: 'tr_TR.UTF-8' },
      outputs: { Y: str(['İ']) },
    },
    {
      name: 'takes the POSIX locale',
      inputs: { X: str(['i']) },
      attrs: { case_change_action: 'UPPER', locale: 'C' },
      outputs: { Y: str(['I']) },
    },
  ],
  symbolic: [
    { name: 'keeps the size without stop words', inputs: { X: 'string[3]' }, outputs: ['string[3]'] },
    {
      name: 'does not know what is kept',
      inputs: { X: 'string[1,3]' },
      attrs: { stopwords: ['a'] },
      outputs: ['string[1,node.kept]'],
    },
  ],
  invalid: [
    {
      name: 'two rows',
      inputs: { X: str([['a'], ['b']]) },
      code: 'SLP-O2',
      message: 'X must have one row, got 2',
    },
    {
      name: 'no language',
      inputs: { X: str(['a']) },
      attrs: { locale: '?' },
      code: 'SLP-O2',
      message: 'name of a language',
    },
  ],
})

opTest(regexFullMatch, {
  cases: [
    {
      name: 'matches the whole text only',
      inputs: {
        X: str([
          ['www.google.com', 'www.facebook.com'],
          ['xwww.google.com', ''],
        ]),
      },
      attrs: { pattern: 'www\\.[\\w.-]+\\.\\bcom\\b' },
      outputs: {
        Y: bool([
          [true, true],
          [false, false],
        ]),
      },
    },
    {
      name: 'tries every alternative',
      inputs: { X: str(['ab', 'a', 'abb']) },
      attrs: { pattern: 'a|ab' },
      outputs: { Y: bool([true, true, false]) },
    },
    {
      name: 'counts code points',
      inputs: { X: str(['😀', '😀😀']) },
      attrs: { pattern: '.' },
      outputs: { Y: bool([true, false]) },
    },
    {
      name: 'has no lines unless asked',
      inputs: { X: str(['a\nb']) },
      attrs: { pattern: '(?s).*' },
      outputs: { Y: bool([true]) },
    },
  ],
  symbolic: [{ name: 'keeps the shape', inputs: { X: 'string[N,2]' }, outputs: ['bool[N,2]'] }],
  invalid: [
    {
      name: 'a look-ahead',
      inputs: { X: str(['a']) },
      attrs: { pattern: '(?=a)' },
      code: 'SLP-O2',
      message: 'RE2 syntax, got "(?=a)"',
    },
    {
      name: 'a back reference',
      inputs: { X: str(['a']) },
      attrs: { pattern: '(a)\\1' },
      code: 'SLP-O2',
      message: 'RE2 syntax',
    },
  ],
})

describe('fullMatcher', () => {
  it('takes time linear in the text where backtracking takes exponential time', () => {
    expect(fullMatcher('(a|a)*(a+)+b')(`${'a'.repeat(20_000)}c`)).toBe(false)
  })
})
