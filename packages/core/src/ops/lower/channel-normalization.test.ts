import { it } from 'vitest'
import { checkOnTargets, type EmitCase } from '../../testing/check-emit.ts'
import type { Gen } from '../../testing/gen.ts'
import { randomCases } from '../../testing/random-cases.ts'
import { batchNormalization } from '../batch-normalization.ts'
import type { AnyOp } from '../define.ts'
import { instanceNormalization } from '../instance-normalization.ts'
import { lpNormalization } from '../lp-normalization.ts'
import { lrn } from '../lrn.ts'

const sizes = [1, 2, 3, 4, 5, 7, 8, 13]

function shapeOf(g: Gen, rank: number): number[] {
  const shape = Array.from({ length: rank }, () => g.oneOf(sizes))
  if (g.int(0, 9) === 0) shape[0] = 0
  return shape
}

function checkRandom(op: AnyOp, make: (g: Gen) => EmitCase): void {
  randomCases(25, (g) => checkOnTargets(op, { threads: g.oneOf([1, 3]), ...make(g) }))
}

it('normalises by given statistics as the reference does', () =>
  checkRandom(batchNormalization, (g) => {
    const shape = shapeOf(g, g.int(1, 5))
    const channels = [shape[1] ?? 1]
    const positive = g.tensor('float32', channels)
    const variance = { ...positive, data: (positive.data as Float32Array).map((x) => x * x + 0.1) } // float32
    const [x, scale, b] = [g.tensor('float32', shape, { finite: g.bool() }), ...pair(g, channels)]
    return { inputs: [x, scale, b, g.tensor('float32', channels), variance] }
  }))

it('normalises by the statistics of the batch as the reference does', () =>
  checkRandom(batchNormalization, (g) => {
    const shape = [g.oneOf(sizes), ...shapeOf(g, 4).slice(1, g.int(1, 4))]
    const channels = [shape[1] ?? 1]
    return {
      inputs: [
        g.tensor('float32', shape, { finite: true }),
        ...pair(g, channels),
        g.tensor('float32', channels, { finite: true }),
        g.tensor('float32', channels, { finite: true }),
      ],
      outputCount: g.oneOf([1, 2, 3]),
      // A single element deviates from its mean by nothing but rounding, which epsilon alone divides.
      attrs: { training_mode: 1, epsilon: 0.01, momentum: g.oneOf([0.5, 0.9]) },
    }
  }))

it('normalises planes as the reference does', () =>
  checkRandom(instanceNormalization, (g) => {
    const shape = shapeOf(g, g.int(3, 5))
    return {
      inputs: [g.tensor('float32', shape, { finite: g.int(0, 4) > 0 }), ...pair(g, [shape[1]!])],
      // A single element deviates from its mean by nothing but rounding, which epsilon alone divides.
      attrs: { epsilon: 0.01 },
    }
  }))

function pair(g: Gen, shape: readonly number[]) {
  return [g.tensor('float32', shape), g.tensor('float32', shape)] as const
}

it('normalises responses as the reference does', () =>
  checkRandom(lrn, (g) => ({
    inputs: [g.tensor('float32', shapeOf(g, g.int(2, 4)), { finite: g.bool() })],
    attrs: {
      size: g.int(1, 6),
      alpha: 0.5,
      beta: { kind: 'float' as const, value: g.oneOf([0.5, 0.75, 1]) },
      bias: 1.5,
    },
  })))

it('divides by norms as the reference does', () =>
  checkRandom(lpNormalization, (g) => {
    const shape = shapeOf(g, g.int(1, 4))
    const x = g.tensor('float32', shape, { finite: g.bool() })
    const zeros = { ...x, data: new Float32Array((x.data as Float32Array).length) } // float32
    return {
      inputs: [g.int(0, 5) === 0 ? zeros : x],
      attrs: { p: g.int(1, 2), axis: g.int(0, shape.length - 1) },
    }
  }))
