import { describe, expect, it } from 'vitest'
import { ceilDivDims, dimText, floorDivDims, parseDim, substitute } from './dim.ts'

describe('division of dimensions', () => {
  it.each([
    ['6*N', '2', '3*N', '3*N'],
    ['4*N+1', '2', '2*N', '2*N+1'],
    ['4*N-1', '2', '2*N-1', '2*N'],
    ['N+3', '2', 'floor((N+3)/(2))', 'floor((N+4)/(2))'],
    ['N*M', 'M', 'N', 'floor((M*N+M-1)/(M))'],
    ['7', '2', '3', '4'],
  ])('rounds %s / %s down to %s and up to %s', (a, b, down, up) => {
    const [of, by] = [parseDim(a), parseDim(b)]
    expect(dimText(floorDivDims(of, by))).toBe(down)
    expect(dimText(ceilDivDims(of, by))).toBe(up)
    const sizes = new Map([
      ['N', 5],
      ['M', 3],
    ])
    const [top, bottom] = [Number(substitute(of, sizes)), Number(substitute(by, sizes))]
    expect(substitute(floorDivDims(of, by), sizes)).toBe(Math.floor(top / bottom))
    expect(substitute(ceilDivDims(of, by), sizes)).toBe(Math.ceil(top / bottom))
  })
})
