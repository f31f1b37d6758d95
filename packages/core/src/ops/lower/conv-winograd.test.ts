import { expect, it } from 'vitest'
import { type Tensor, tensor } from '../../base/tensor.ts'
import { tensorType } from '../../base/value.ts'
import { graphBuilder } from '../../ir/builder.ts'
import type { Target } from '../../kernel/target.ts'
import { interpret } from '../../reference/interpret.ts'
import { clamped, clampingEpilogue, residualOf } from '../../testing/clamping-epilogue.ts'
import { type Gen, generator } from '../../testing/gen.ts'
import { recorder } from '../../testing/run-calls.ts'
import { testTargets } from '../../testing/targets.ts'
import { randomStream } from '../random.ts'
import { windowAxes } from '../shared/window.ts'
import { lowerWinograd } from './conv-winograd.ts'

const seed = Number(process.env['SLIPWAY_SEED'] ?? 1)

interface Case {
  readonly x: Tensor
  readonly w: Tensor
  readonly b?: Tensor | undefined
  readonly pads: readonly number[]
}

function run(
  outputs: 2 | 4,
  { x, w, b, pads }: Case,
  target: Target,
  threads = 1,
  hasEpilogue: boolean | 'heavy' = false,
) {
  const r = recorder(target, threads)
  const axes = windowAxes(x.shape.slice(2), [3, 3], { pads })
  const shape = [x.shape[0]!, w.shape[0]!, ...axes.map((axis) => axis.output)]
  const Y = r.result('float32', shape)
  const node = { X: r.ref(x), W: r.ref(w), B: b && r.ref(b), Y, axes, group: 1 }
  const epilogue = hasEpilogue
    ? clampingEpilogue(r.ref(residualOf(shape)), hasEpilogue === 'heavy')
    : undefined
  expect(lowerWinograd(node, outputs, { ...r.context, epilogue })).toBeUndefined()
  return r.run([Y])[0]!.data as Float32Array // a float32 result
}

function reference({ x, w, b, pads }: Case): Float32Array {
  const g = graphBuilder({ name: 'conv' })
  const given = [x, w, b]
  const names = given.map((value, i) => value && g.input(`x${i}`, tensorType(value.dtype, value.shape)))
  const y = g.nodes('Conv', names, { pads }, { outputs: 1 })
  const inputs = new Map(given.flatMap((value, i) => (value ? [[`x${i}`, value] as const] : [])))
  const result = interpret(g.build(y), inputs).get(y[0]!)
  return (result as Tensor).data as Float32Array // Conv gives one float32 tensor
}

/** ‖got - expected‖ / ‖expected‖. */
function relativeError(got: Float32Array, expected: Float32Array): number {
  let [error, norm] = [0, 0]
  expected.forEach((value, i) => {
    error += (got[i]! - value) ** 2
    norm += value ** 2
  })
  return norm === 0 ? Math.sqrt(error) : Math.sqrt(error / norm)
}

function randomCase(g: Gen): Case {
  const [channels, maps] = [g.oneOf([1, 2, 3, 5, 8, 17]), g.oneOf([1, 3, 4, 5, 8, 13, 40])]
  const pads = [g.int(0, 2), g.int(0, 2), g.int(0, 2), g.int(0, 2)]
  const size = (i: number) =>
    Math.max(1, 3 - pads[i]! - pads[i + 2]!, g.oneOf([1, 3, 4, 6, 7, 9, 14, 19, 33]))
  return {
    x: g.tensor('float32', [g.oneOf([1, 1, 2, 5]), channels, size(0), size(1)]),
    w: g.tensor('float32', [maps, channels, 3, 3]),
    b: g.bool() ? g.tensor('float32', [maps]) : undefined,
    pads,
  }
}

for (const outputs of [2, 4] as const) {
  it(`agrees with the reference to 5e-6 with tiles of ${outputs} × ${outputs}`, () => {
    for (let i = 0; i < 12; i++) {
      const g = generator(randomStream(seed * 1000 + i))
      const one = randomCase(g)
      const threads = g.oneOf([1, 4])
      const expected = reference(one)
      for (const target of testTargets({ everyTile: i % 4 === 0 })) {
        const error = relativeError(run(outputs, one, target, threads), expected)
        expect(error, `seed ${seed * 1000 + i}: ${one.x.shape} ${one.w.shape} ${one.pads}`).toBeLessThan(5e-6)
      }
    }
  })
}

it('cuts large images into blocks', () => {
  const g = generator(randomStream(seed))
  const one = {
    x: g.tensor('float32', [1, 70, 41, 90]),
    w: g.tensor('float32', [6, 70, 3, 3]),
    pads: [1, 1, 1, 1],
  }
  const expected = reference(one)
  for (const target of testTargets())
    expect(relativeError(run(4, one, target, 2), expected)).toBeLessThan(5e-6)
})

it('keeps what is not a number to the tiles that read it', () => {
  const x = generator(randomStream(seed)).tensor('float32', [1, 1, 16, 16])
  const data = Float32Array.from(x.data as Float32Array) // of dtype float32
  data[0] = Number.NaN
  const w = generator(randomStream(seed)).tensor('float32', [1, 1, 3, 3])
  const got = run(4, { x: { ...x, data }, w, pads: [1, 1, 1, 1] }, testTargets()[0]!)
  expect(got[0]).toBeNaN()
  expect([...got.subarray(8 * 16)].some(Number.isNaN)).toBe(false)
})

it('applies the epilogue to every element', () => {
  const g = generator(randomStream(seed))
  for (const width of [16, 7]) {
    const one = {
      x: g.tensor('float32', [2, 3, 6, width]),
      w: g.tensor('float32', [5, 3, 3, 3]),
      pads: [1, 1, 1, 1],
    }
    for (const target of testTargets()) {
      const plain = run(4, one, target)
      const expected = clamped(tensor('float32', [2, 5, 6, width], plain)).data
      for (const hasEpilogue of [true, 'heavy'] as const)
        expect(run(4, one, target, 1, hasEpilogue)).toEqual(expected)
    }
  }
})
