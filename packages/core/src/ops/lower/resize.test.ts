import { it } from 'vitest'
import type { DType } from '../../base/dtype.ts'
import type { Tensor } from '../../base/tensor.ts'
import { checkOnTargets, type EmitCase } from '../../testing/check-emit.ts'
import type { Gen } from '../../testing/gen.ts'
import { f32, i64 } from '../../testing/literals.ts'
import { randomCases } from '../../testing/random-cases.ts'
import type { AnyOp } from '../define.ts'
import { pad } from '../pad.ts'
import { resize } from '../resize.ts'
import { coordinateModes } from '../shared/resize/resize-axes.ts'
import { nearestModes } from '../shared/resize/resize-kernel.ts'

const sizes = [1, 2, 3, 4, 5, 7, 8, 13, 17]
const float = (value: number) => ({ kind: 'float' as const, value })

function checkRandom(op: AnyOp, make: (g: Gen) => EmitCase): void {
  randomCases(20, (g) => checkOnTargets(op, { threads: g.oneOf([1, 3]), ...make(g) }))
}

const shapeOf = (g: Gen, rank: number) => Array.from({ length: rank }, () => g.oneOf(sizes))

function target(g: Gen, shape: readonly number[]): { scales?: Tensor; sizes?: Tensor } {
  const changed = shape.map((_, axis) => axis >= shape.length - g.int(1, 3))
  if (g.bool())
    return { sizes: i64(shape.map((size, axis) => BigInt(changed[axis] ? g.oneOf(sizes) : size))) }
  return { scales: f32(shape.map((_, axis) => (changed[axis] ? g.oneOf([0.6, 1, 1.5, 2, 2, 3, 4]) : 1))) }
}

it('picks the nearest elements as the reference does', () =>
  checkRandom(resize, (g) => {
    const shape = shapeOf(g, g.int(1, 4))
    const dtype: DType = g.oneOf(['float32', 'float32', 'uint8', 'int64', 'float16'])
    const { scales, sizes: to } = target(g, shape)
    return {
      inputs: [g.tensor(dtype, shape), undefined, scales, to],
      attrs: {
        coordinate_transformation_mode: g.oneOf(coordinateModes.filter((mode) => !mode.startsWith('tf'))),
        nearest_mode: g.oneOf(nearestModes),
      },
    }
  }))

it('interpolates as the reference does', () =>
  checkRandom(resize, (g) => {
    const shape = shapeOf(g, g.int(1, 4))
    const { scales, sizes: to } = target(g, shape)
    return {
      inputs: [g.tensor('float32', shape, { finite: g.bool() }), undefined, scales, to],
      attrs: {
        mode: g.oneOf(['linear', 'linear', 'cubic']),
        coordinate_transformation_mode: g.oneOf(coordinateModes.filter((mode) => !mode.startsWith('tf'))),
        antialias: g.int(0, 1),
        exclude_outside: g.int(0, 1),
      },
      tolerance: { relative: 1e-4, absolute: 1e-4 },
    }
  }))

it('extrapolates what is cropped beyond the input', () =>
  checkRandom(resize, (g) => {
    const shape = shapeOf(g, 2)
    const roi = f32([-0.5, 0.1, 1.2, 0.9])
    return {
      inputs: [g.tensor('float32', shape), roi, undefined, i64([BigInt(g.oneOf(sizes)), 7n])],
      attrs: { coordinate_transformation_mode: 'tf_crop_and_resize', extrapolation_value: float(9) },
    }
  }))

it('pads as the reference does', () =>
  checkRandom(pad, (g) => {
    const shape = shapeOf(g, g.int(1, 4))
    const mode = g.oneOf(['constant', 'constant', 'edge', 'reflect', 'wrap'])
    const pads = [...shape, ...shape].map((size) =>
      BigInt(g.int(-Math.floor(size / 3), g.oneOf([0, 0, 2, 9]))),
    )
    const dtype: DType = g.oneOf(['float32', 'float32', 'bool', 'int64', 'float16', 'int32'])
    const constant = g.bool() ? g.tensor(dtype, []) : undefined
    return { inputs: [g.tensor(dtype, shape), i64(pads), constant], attrs: { mode } }
  }))
