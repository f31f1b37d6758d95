import { describe, expect, it } from 'vitest'
import { tensor } from '../base/tensor.ts'
import { narrow, type WideTensor, wide, widen } from '../base/wide.ts'
import { randomStream } from '../ops/random.ts'
import { runFormula } from '../testing/run-formula.ts'
import { convert, input } from './formula.ts'
import { portableTarget } from './target.ts'

const patterns = Uint16Array.from({ length: 65536 }, (_, i) => i)

/** The numbers, NaN as NaN and zeros with their signs. */
function numbersOf({ data }: WideTensor): readonly number[] {
  return Array.from(data as Float64Array) // of a float
}

describe.each(['float16', 'bfloat16'] as const)('%s', (dtype) => {
  const every = tensor(dtype, [patterns.length], patterns)
  const values = numbersOf(widen(every))

  it('widens every pattern to its value', () => {
    const got = runFormula(convert(input(0, dtype), 'float32'), [every], portableTarget)
    expect(numbersOf(widen(got))).toEqual(values)
  })

  it('narrows every value back to its pattern', () => {
    const single = tensor('float32', [values.length], Float32Array.from(values))
    const got = runFormula(convert(input(0, 'float32'), dtype), [single], portableTarget)
    expect(numbersOf(widen(got))).toEqual(values)
  })

  it('rounds to nearest, ties to even, as the reference does', () => {
    const random = randomStream(Number(process.env['SLIPWAY_SEED'] ?? 1))
    const finite = values.filter((value) => Number.isFinite(value) && value >= 0).sort((a, b) => a - b)
    const singles = Float32Array.from(
      finite.flatMap((value, i) => {
        const middle = (value + (finite[i + 1] ?? value * 2)) / 2
        const near = Math.fround(middle)
        const ulp = Math.max(2 ** -149, near * 2 ** -23)
        const other = value + (middle - value) * 2 * random.uniform()
        return [middle, near - ulp, near + ulp, other].flatMap((one) => [one, -one])
      }),
    )
    const source = tensor('float32', [singles.length], singles)
    const got = runFormula(convert(input(0, 'float32'), dtype), [source], portableTarget)
    const rounded = wide(dtype, source.shape, Float64Array.from(singles))
    expect(got).toEqual(narrow(rounded))
  })
})
