import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { diffGraphs, diffLines, diffText } from './diff.ts'
import { parseGraph } from './parse.ts'

const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 })

/** Length of the longest common subsequence, by the textbook table. */
function commonLines(a: readonly string[], b: readonly string[]): number {
  const table = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0))
  a.forEach((left, i) => {
    b.forEach((right, j) => {
      table[i + 1]![j + 1] =
        left === right ? table[i]![j]! + 1 : Math.max(table[i]![j + 1]!, table[i + 1]![j]!)
    })
  })
  return table[a.length]![b.length]!
}

describe('diffLines', () => {
  it('is a shortest script from one text to the other', () => {
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        const script = diffLines(before, after)
        const side = (without: string) =>
          script.filter(({ kind }) => kind !== without).map(({ text }) => text)
        expect(side('added')).toEqual(before)
        expect(side('removed')).toEqual(after)
        expect(script.filter(({ kind }) => kind === 'same').length).toBe(commonLines(before, after))
      }),
      { numRuns: 1000 },
    )
  })

  it('stays bounded where nothing is common', () => {
    const before = Array.from({ length: 3000 }, (_, i) => `a${i}`)
    const after = Array.from({ length: 3000 }, (_, i) => `b${i}`)
    expect(diffLines(before, after).length).toBe(6000)
  })
})

describe('diffText', () => {
  it('is empty for equal texts', () => expect(diffText('a\nb', 'a\nb')).toBe(''))

  it('shows changes with their surroundings', () => {
    const before = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'].join('\n')
    const after = ['a', 'B', 'c', 'd', 'e', 'f', 'g', 'h', 'i'].join('\n')
    expect(diffText(before, after, 1).split('\n')).toEqual([
      '@@ -1 +1 @@',
      '  a',
      '- b',
      '+ B',
      '  c',
      '@@ -8 +8 @@',
      '  h',
      '+ i',
    ])
  })

  it('compares graphs', () => {
    const before = parseGraph('graph g(x) -> (y) { const w = float32[](1) y = Add(x, w) }')
    const after = parseGraph('graph g(x) -> (y) { const w = float32[](2) y = Add(x, w) }')
    expect(diffGraphs(before, after)).toContain('-   const w = float32[](1)\n+   const w = float32[](2)\n')
  })
})
