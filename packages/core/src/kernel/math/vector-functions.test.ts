import { expect, it } from 'vitest'
import { tensor } from '../../base/tensor.ts'
import { erf } from '../../ops/shared/math/erf.ts'
import { realPower } from '../../ops/shared/math/power.ts'
import { runFormula } from '../../testing/run-formula.ts'
import { testTargets } from '../../testing/targets.ts'
import { apply1, apply2, input, type UnaryOperation } from '../formula.ts'
import { portableTarget, targetKey } from '../target.ts'

const sigmoid = (x: number) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))

/** Reference in float64, and the bound in units of the last place of float32. */
const functions: readonly (readonly [UnaryOperation, (x: number) => number, number])[] = [
  ['exp', Math.exp, 2],
  ['expm1', Math.expm1, 2],
  ['log', Math.log, 2],
  ['log1p', Math.log1p, 2],
  ['tanh', Math.tanh, 5],
  ['erf', erf, 6],
  ['sin', Math.sin, 2],
  ['cos', Math.cos, 2],
  ['sigmoid', sigmoid, 3],
  ['tan', Math.tan, 1],
  ['asin', Math.asin, 1],
  ['acos', Math.acos, 1],
  ['atan', Math.atan, 1],
  ['sinh', Math.sinh, 1],
  ['cosh', Math.cosh, 1],
  ['asinh', Math.asinh, 1],
  ['acosh', Math.acosh, 1],
  ['atanh', Math.atanh, 1],
]

const bits = new Uint32Array(1)
const float = new Float32Array(bits.buffer)

/** Numbers of all magnitudes, both signs, the ends of every range that code tells apart, and their neighbours. */
function hardNumbers(): Float32Array<ArrayBuffer> {
  const list: number[] = [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (let pattern = 0; pattern < 2 ** 32; pattern += 286_243) {
    bits[0] = pattern
    list.push(float[0]!)
  }
  // Densely where functions bend.
  for (let i = -8_000; i <= 8_000; i++) list.push(Math.fround(i / 80), Math.fround(i / 8_000))
  const edges = [
    1,
    2 ** -126,
    2 ** -149,
    88.72284,
    89,
    103.97,
    104,
    87.33655,
    17,
    18,
    9.01,
    9.02,
    3.92,
    3.925,
    2 ** 20,
  ]
  for (const edge of [...edges, ...edges.map((x) => -x), Math.PI / 2, Math.PI, 3e38, 1e22])
    for (let step = -20; step <= 20; step++) {
      float[0] = edge
      bits[0] = bits[0]! + step
      list.push(float[0]!)
    }
  for (let n = 1; n < 2000; n++)
    list.push(Math.fround((n * Math.PI) / 2), Math.fround(-(n ** 4 * Math.PI) / 2))
  return Float32Array.from(list)
}

/** Distance in steps of float32 at the expected value; 0 where both are NaN or equal. */
function ulps(got: number, expected: number): number {
  const rounded = Math.fround(expected)
  if (Object.is(got, rounded) || got === rounded) return 0
  if (Number.isNaN(got) || Number.isNaN(rounded)) return Number.POSITIVE_INFINITY
  // Beyond the largest number the next step would be 2^128.
  const near = (x: number) => (Number.isFinite(x) ? x : Math.sign(x) * 2 ** 128)
  const step = 2 ** Math.max(Math.floor(Math.log2(Math.abs(near(rounded)))) - 23, -149)
  const exact = Number.isFinite(rounded) ? expected : near(rounded)
  return Math.abs(near(got) - exact) / step
}

const numbers = hardNumbers()

it('raises to powers as IEEE 754 says', () => {
  const edges = [0, -0, 1, -1, 2, -2, 3, 0.5, -0.5, 1.5, 1e30, 1e-30, 1e-45, 2 ** 24, 127, -126.5, 2 ** 30]
  const all = [...edges, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]
  const pairs = [
    ...all.flatMap((x) => all.map((y) => [x, y] as const)),
    ...Array.from(numbers, (x, i) => [x, ((i * 7919) % 4001) / 400 - 5] as const),
  ]
  const [x, y] = [0, 1].map((i) =>
    tensor(
      'float32',
      [pairs.length],
      Float32Array.from(pairs, (pair) => pair[i]!),
    ),
  )
  const formula = apply2('pow', input(0, 'float32'), input(1, 'float32'))
  const { data } = runFormula(formula, [x!, y!], portableTarget)
  let worst = { ulps: 0, x: 0, y: 0 }
  data.forEach((got, i) => {
    const [base, exponent] = [Number(x!.data[i]), Number(y!.data[i])]
    const distance = ulps(Number(got), realPower(base, exponent))
    if (distance > worst.ulps) worst = { ulps: distance, x: base, y: exponent }
  })
  console.log(`pow: ${worst.ulps.toFixed(2)} ULP at ${worst.x} ^ ${worst.y}`)
  expect(worst.ulps, JSON.stringify(worst)).toBeLessThanOrEqual(1)
})

for (const target of testTargets()) {
  it.each(functions)(`%s of float32 on ${targetKey(target)}`, (name, reference, bound) => {
    const x = tensor('float32', [numbers.length], numbers)
    const { data } = runFormula(apply1(name, input(0, 'float32')), [x], target)
    let worst = { ulps: 0, x: 0, got: 0, expected: 0 }
    numbers.forEach((value, i) => {
      const [got, expected] = [Number(data[i]), reference(value)]
      const distance = ulps(got, expected)
      if (distance > worst.ulps) worst = { ulps: distance, x: value, got, expected }
    })
    console.log(`${name} ${targetKey(target)}: ${worst.ulps.toFixed(2)} ULP at ${worst.x}`)
    expect(worst.ulps, JSON.stringify(worst)).toBeLessThanOrEqual(bound)
    if (name === 'tanh' || name === 'erf') expect(data.some((y) => Math.abs(Number(y)) > 1)).toBe(false)
    if (Object.is(reference(-0), -0)) expect(Object.is(data[1], -0)).toBe(true)
  })
}
