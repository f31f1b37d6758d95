import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addDims,
  ceilDivDims,
  type Dim,
  dimsEqual,
  dimText,
  floorDivDims,
  isKnown,
  lowerBound,
  mulDims,
  namesOf,
  parseDim,
  productOfDims,
  subDims,
  substitute,
  symbol,
  tryDivideExactly,
} from './dim.ts'

/** An expression as it is written, before any rule of the canonical form has touched it. */
type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'add' | 'sub' | 'mul'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'floor'; readonly of: Expression; readonly by: Expression }

const names = ['N', 'H', 'batch_size', 'a.b', 'floor', 'two words', "it's", '12', '']
const nameExpression = fc.constantFrom(...names).map((name): Expression => ({ kind: 'name', name }))
const numberExpression = fc
  .integer({ min: -5, max: 9 })
  .map((value): Expression => ({ kind: 'number', value }))
const positive = fc.oneof(
  fc.integer({ min: 1, max: 5 }).map((value): Expression => ({ kind: 'number', value })),
  nameExpression,
)
const leaf = fc.oneof(nameExpression, numberExpression)

const { expression } = fc.letrec<{ expression: Expression }>((tie) => ({
  expression: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    leaf,
    fc.record({
      kind: fc.constantFrom('add', 'sub', 'mul'),
      left: tie('expression'),
      right: tie('expression'),
    }),
    fc.record({ kind: fc.constant('floor'), of: tie('expression'), by: positive }),
  ),
}))

function toDim(e: Expression): Dim {
  switch (e.kind) {
    case 'number':
      return e.value
    case 'name':
      return symbol(e.name)
    case 'add':
      return addDims(toDim(e.left), toDim(e.right))
    case 'sub':
      return subDims(toDim(e.left), toDim(e.right))
    case 'mul':
      return mulDims(toDim(e.left), toDim(e.right))
    case 'floor':
      return floorDivDims(toDim(e.of), toDim(e.by))
    default:
      return e satisfies never
  }
}

type Sizes = Readonly<Record<string, number>>

function evaluate(e: Expression, sizes: Sizes): number {
  switch (e.kind) {
    case 'number':
      return e.value
    case 'name':
      return sizes[e.name]!
    case 'add':
      return evaluate(e.left, sizes) + evaluate(e.right, sizes)
    case 'sub':
      return evaluate(e.left, sizes) - evaluate(e.right, sizes)
    case 'mul':
      return evaluate(e.left, sizes) * evaluate(e.right, sizes)
    case 'floor':
      return Math.floor(evaluate(e.of, sizes) / evaluate(e.by, sizes))
    default:
      return e satisfies never
  }
}

const sizesOf = fc.record(Object.fromEntries(names.map((name) => [name, fc.integer({ min: 1, max: 7 })])))
const binding = (sizes: Sizes): ReadonlyMap<string, number> =>
  new Map(Object.entries(sizes).map(([name, size]) => [symbol(name).text, size]))

/** At most two terms, so that products of three stay below the limit where expressions collapse into a name. */
const small = fc
  .tuple(
    fc.integer({ min: -4, max: 4 }),
    fc.constantFrom('N', 'H', 'two words'),
    fc.integer({ min: -4, max: 4 }),
  )
  .map(([factor, name, rest]) => addDims(mulDims(factor, symbol(name)), rest))

describe('canonical form', () => {
  it('is one text per sum and product, whatever the order', () => {
    fc.assert(
      fc.property(small, small, small, (a, b, c) => {
        expect(dimText(addDims(a, b))).toBe(dimText(addDims(b, a)))
        expect(dimText(mulDims(a, b))).toBe(dimText(mulDims(b, a)))
        expect(dimText(addDims(addDims(a, b), c))).toBe(dimText(addDims(a, addDims(b, c))))
        expect(dimText(mulDims(mulDims(a, b), c))).toBe(dimText(mulDims(a, mulDims(b, c))))
        expect(dimText(mulDims(a, addDims(b, c)))).toBe(dimText(addDims(mulDims(a, b), mulDims(a, c))))
      }),
    )
  })
  it('cancels to a number', () => {
    fc.assert(
      fc.property(small, fc.integer({ min: -9, max: 9 }), (a, n) => {
        expect(isKnown(subDims(a, a))).toBe(true)
        expect(subDims(addDims(a, n), a)).toBe(n)
        expect(dimText(mulDims(a, 0))).toBe('0')
      }),
    )
  })
  const texts: readonly (readonly [Dim, string])[] = [
    [addDims(5, mulDims(12, symbol('N'))), '12*N+5'],
    [subDims(1, symbol('N')), '-N+1'],
    [mulDims(symbol('N'), symbol('H')), 'H*N'],
    [mulDims(symbol('N'), symbol('N')), 'N*N'],
    [addDims(symbol('N'), mulDims(symbol('N'), symbol('H'))), 'H*N+N'],
    [symbol('two words'), '`two words`'],
    [symbol('a`b'), "`a'b`"],
    [symbol('floor'), '`floor`'],
    [addDims(floorDivDims(addDims(symbol('H'), 3), 2), 1), 'floor((H+3)/(2))+1'],
    [floorDivDims(mulDims(4, symbol('N')), 2), '2*N'],
    [ceilDivDims(symbol('N'), 2), 'floor((N+1)/(2))'],
  ]
  for (const [dim, text] of texts) it(`prints ${text}`, () => expect(dimText(dim)).toBe(text))
})

describe('parseDim', () => {
  it('reads every canonical text back', () => {
    fc.assert(
      fc.property(expression, (e) => {
        const dim = toDim(e)
        expect(parseDim(dimText(dim))).toEqual(dim)
      }),
    )
  })
  for (const text of ['', 'N+', '2N', 'floor((N)/2)', '(N)', 'N*', '`N', 'N ', '1.5', '--N']) {
    it(`refuses "${text}"`, () => expect(() => parseDim(text)).toThrow('[SLP-B4] Cannot parse dimension'))
  }
})

describe('substitute', () => {
  it('gives the value of the expression as it was written', () => {
    fc.assert(
      fc.property(expression, sizesOf, (e, sizes) => {
        const value = substitute(toDim(e), binding(sizes))
        // An expression of too many terms is a name of its own, which nothing is known of.
        fc.pre(isKnown(value))
        expect(value + 0).toBe(evaluate(e, sizes) + 0)
      }),
    )
  })
  it('in two parts is the same as at once', () => {
    fc.assert(
      fc.property(expression, sizesOf, (e, sizes) => {
        const all = binding(sizes)
        const first = new Map([...all].filter(([name]) => name === 'N' || name === '`two words`'))
        const dim = toDim(e)
        const [stepwise, whole] = [substitute(substitute(dim, first), all), substitute(dim, all)]
        fc.pre(isKnown(stepwise) && isKnown(whole))
        expect(stepwise + 0).toBe(whole + 0)
      }),
    )
  })
  it('leaves other names alone', () => {
    expect(dimText(substitute(parseDim('2*N*H+N'), new Map([['N', 3]])))).toBe('6*H+3')
  })
  it('takes expressions', () => {
    expect(dimText(substitute(parseDim('2*N+1'), new Map([['N', parseDim('M-1')]])))).toBe('2*M-1')
  })
  it('reaches into quotients', () => {
    expect(
      substitute(
        parseDim('floor((H+3)/(S))'),
        new Map([
          ['H', 6],
          ['S', 2],
        ]),
      ),
    ).toBe(4)
  })
})

describe('division', () => {
  const factor = fc.oneof(
    fc.integer({ min: 1, max: 6 }),
    fc.constantFrom<Dim>(symbol('N'), mulDims(3, symbol('H')), mulDims(symbol('N'), symbol('H'))),
  )
  it('undoes multiplication by a number or a product', () => {
    fc.assert(
      fc.property(small, factor, (a, b) => {
        expect(dimText(floorDivDims(mulDims(a, b), b))).toBe(dimText(a))
      }),
    )
  })
  it('is exact or not done', () => {
    fc.assert(
      fc.property(small, factor, (a, b) => {
        const quotient = tryDivideExactly(a, b)
        if (quotient !== undefined) expect(dimsEqual(mulDims(quotient, b), a)).toBe(true)
      }),
    )
  })
  it('of a sum by itself is 1', () => expect(floorDivDims(parseDim('N+1'), parseDim('N+1'))).toBe(1))
  it('rounds up by ceilDivDims', () => {
    fc.assert(
      fc.property(fc.integer({ min: -50, max: 50 }), fc.integer({ min: 1, max: 9 }), (a, b) => {
        expect(ceilDivDims(a, b) as number).toBe(Math.ceil(a / b) + 0)
      }),
    )
  })
})

describe('lowerBound', () => {
  it('is never above a value', () => {
    fc.assert(
      fc.property(expression, sizesOf, (e, sizes) => {
        const dim = toDim(e)
        fc.pre(isKnown(substitute(dim, binding(sizes))))
        expect(lowerBound(dim)).toBeLessThanOrEqual(evaluate(e, sizes))
      }),
      { numRuns: 1000 },
    )
  })
  const bounds: readonly (readonly [string, number])[] = [
    ['7', 7],
    ['2*N+3', 5],
    ['N*H', 1],
    ['floor((N)/(2))', 0],
    ['floor((N-5)/(2))', -2],
    ['-N', Number.NEGATIVE_INFINITY],
  ]
  for (const [text, bound] of bounds) {
    it(`of ${text}`, () => expect(lowerBound(parseDim(text))).toBe(bound))
  }
})

describe('names', () => {
  it('are those of the expression, inside quotients too', () => {
    expect(namesOf(parseDim('2*N+floor((H+N)/(`a b`))'))).toEqual(expect.arrayContaining(['N', 'H', '`a b`']))
    expect(namesOf(parseDim('2*N+floor((H+N)/(`a b`))'))).toHaveLength(3)
  })
})

describe('long sums', () => {
  it('collapse into one name that can be read back', () => {
    const sum = Array.from({ length: 20 }, (_, i) => symbol(`n${i}`)).reduce<Dim>(addDims, 0)
    expect(parseDim(dimText(sum))).toEqual(sum)
    expect(typeof sum === 'number' ? 0 : sum.terms.length).toBeLessThanOrEqual(16)
  })
  it('multiply out by productOfDims', () => {
    expect(dimText(productOfDims([2, symbol('N'), 3]))).toBe('6*N')
    expect(productOfDims([])).toBe(1)
  })
})
