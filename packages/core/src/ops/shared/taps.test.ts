import { describe, expect, it } from 'vitest'
import { meetingTapsOf, tapsOf } from './taps.ts'
import { windowAxes } from './window.ts'

const runs = (size: number, kernel: number, spec: Parameters<typeof windowAxes>[2]) =>
  tapsOf(windowAxes([size], [kernel], spec)).map((tap) => [...tap.runs])

describe('tapsOf', () => {
  it('leaves out what lies in the padding', () => {
    expect(runs(3, 3, { pads: [1, 1] })).toEqual([
      [1, 0, 2],
      [0, 0, 3],
      [0, 1, 2],
    ])
  })
  it('has no runs where a tap never meets the input', () => {
    expect(runs(1, 3, { pads: [1, 1] })).toEqual([[], [0, 0, 1], []])
  })
  it('meets every stride-th element', () => {
    expect(runs(5, 2, { strides: [2], dilations: [2] })).toEqual([
      [0, 0, 2],
      [0, 2, 2],
    ])
  })
})

describe('meetingTapsOf', () => {
  it('does not visit taps that stay in the padding, however many', () => {
    const axes = windowAxes([2], [2e9 + 1], { pads: [1e9, 1e9] })
    expect(meetingTapsOf(axes).map(({ kernel, runs }) => [kernel, ...runs])).toEqual([
      [1e9 - 1, 1, 0, 1],
      [1e9, 0, 0, 2],
      [1e9 + 1, 0, 1, 1],
    ])
  })
  it('is tapsOf without the empty ones', () => {
    const axes = windowAxes([4, 5], [3, 5], { pads: [2, 2, 1, 3], strides: [2, 1], dilations: [1, 2] })
    const all = tapsOf(axes).filter(({ runs }) => runs.length > 0)
    expect(meetingTapsOf(axes).filter(({ runs }) => runs.length > 0)).toEqual(all)
  })
})

describe('windowAxes', () => {
  const sizes = [
    { size: 4, kernel: 2, spec: { strides: [3] }, output: 1 },
    { size: 4, kernel: 2, spec: { strides: [3], ceil_mode: 1 }, output: 2 },
    // The third window would start at 4, behind the last element and in the padding.
    { size: 3, kernel: 2, spec: { strides: [2], pads: [1, 1], ceil_mode: 1 }, output: 2 },
    { size: 2, kernel: 1, spec: { strides: [2], pads: [0, 1], ceil_mode: 1 }, output: 1 },
    { size: 5, kernel: 3, spec: { strides: [2], auto_pad: 'SAME_UPPER' as const }, output: 3 },
    { size: 5, kernel: 3, spec: { strides: [2], auto_pad: 'VALID' as const, ceil_mode: 1 }, output: 2 },
  ]
  for (const { size, kernel, spec, output } of sizes) {
    it(`gives ${output} windows of ${kernel} over ${size} with ${JSON.stringify(spec)}`, () => {
      expect(windowAxes([size], [kernel], spec)[0]!.output).toBe(output)
    })
  }
})
