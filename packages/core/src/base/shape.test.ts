import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { broadcastShapes, elementCount, forEachIndex, normalizeAxis, stridesOf } from './shape.ts'

const shape = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })

describe('elementCount', () => {
  it('is 1 for a scalar and 0 with an empty axis', () => {
    expect([elementCount([]), elementCount([2, 3]), elementCount([2, 0, 3])]).toEqual([1, 6, 0])
  })
  it('multiplies over concatenation', () => {
    fc.assert(
      fc.property(shape, shape, (a, b) => {
        expect(elementCount([...a, ...b])).toBe(elementCount(a) * elementCount(b))
      }),
    )
  })
})

describe('forEachIndex', () => {
  it('visits every index once, in the order that the strides give', () => {
    fc.assert(
      fc.property(shape, (sizes) => {
        const strides = stridesOf(sizes)
        let visits = 0
        forEachIndex(sizes, (index, linear) => {
          expect(linear).toBe(visits++)
          expect(index.reduce((sum, at, axis) => sum + at * strides[axis]!, 0)).toBe(linear)
          expect(index.every((at, axis) => at >= 0 && at < sizes[axis]!)).toBe(true)
        })
        expect(visits).toBe(elementCount(sizes))
      }),
    )
  })
  it('visits a scalar once', () => {
    const seen: (readonly number[])[] = []
    forEachIndex([], (index) => seen.push([...index]))
    expect(seen).toEqual([[]])
  })
})

describe('stridesOf', () => {
  it('is row-major', () => expect(stridesOf([2, 3, 4])).toEqual([12, 4, 1]))
  it('has no strides for a scalar', () => expect(stridesOf([])).toEqual([]))
})

describe('normalizeAxis', () => {
  it('counts negative axes from the end', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), fc.nat(), (rank, n) => {
        const axis = n % rank
        expect(normalizeAxis(axis, rank)).toBe(axis)
        expect(normalizeAxis(axis - rank, rank)).toBe(axis)
      }),
    )
  })
  for (const axis of [2, -3, 0.5, Number.NaN]) {
    it(`refuses ${axis} of rank 2`, () => {
      expect(() => normalizeAxis(axis, 2)).toThrow(
        `[SLP-O2] Cannot use axis: it must lie in [-2, 1], got ${axis}`,
      )
    })
  }
})

/** NumPy's rule, axis by axis from the end, as an equation instead of a loop. */
function agrees(a: readonly number[], b: readonly number[], out: readonly number[]): boolean {
  const at = (list: readonly number[], fromEnd: number) => list[list.length - 1 - fromEnd] ?? 1
  return out.every((_, i) => {
    const [x, y, z] = [at(a, i), at(b, i), at(out, i)]
    return (x === z || x === 1) && (y === z || y === 1) && (z === x || z === y)
  })
}

describe('broadcastShapes', () => {
  const nearby = fc.array(fc.constantFrom(0, 1, 1, 3), { maxLength: 4 })
  const attempt = (...shapes: readonly (readonly number[])[]) => {
    try {
      return broadcastShapes(...shapes)
    } catch {
      return 'refused'
    }
  }
  it('follows the rule of NumPy', () => {
    fc.assert(
      fc.property(nearby, nearby, (a, b) => {
        const out = attempt(a, b)
        if (out === 'refused') {
          const pairs = a.toReversed().map((size, i) => [size, b.toReversed()[i] ?? 1] as const)
          expect(pairs.some(([x, y]) => x !== y && x !== 1 && y !== 1)).toBe(true)
        } else {
          expect(out).toHaveLength(Math.max(a.length, b.length))
          expect(agrees(a, b, out)).toBe(true)
        }
      }),
    )
  })
  it('does not depend on order or grouping', () => {
    fc.assert(
      fc.property(nearby, nearby, nearby, (a, b, c) => {
        const whole = attempt(a, b, c)
        expect(attempt(c, b, a)).toEqual(whole)
        const first = attempt(a, b)
        if (first !== 'refused') expect(attempt(first, c)).toEqual(whole)
      }),
    )
  })
  it('leaves one shape alone, and gives a scalar for none', () => {
    expect([broadcastShapes([2, 0, 1]), broadcastShapes()]).toEqual([[2, 0, 1], []])
  })
  it('names the shapes it refuses', () => {
    expect(() => broadcastShapes([2], [3])).toThrow('sizes must be equal or 1, got [2] and [3]')
  })
})
