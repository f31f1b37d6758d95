import { it } from 'vitest'
import type { Tensor } from '../../base/tensor.ts'
import { checkOnTargets, type EmitCase } from '../../testing/check-emit.ts'
import type { Gen } from '../../testing/gen.ts'
import { flat, i64 } from '../../testing/literals.ts'
import { randomCases } from '../../testing/random-cases.ts'
import { col2im } from '../col2im.ts'
import type { AnyOp } from '../define.ts'
import { gridSample } from '../grid-sample.ts'
import { roiAlign } from '../roi-align.ts'
import { paddingModes, sampleModes } from '../shared/resize/grid.ts'

const float = (value: number) => ({ kind: 'float' as const, value })

function checkRandom(op: AnyOp, make: (g: Gen) => EmitCase): void {
  randomCases(30, (g) => checkOnTargets(op, { threads: g.oneOf([1, 3]), ...make(g) }))
}

function filled(shape: readonly number[], next: () => number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1)
  return flat('float32', shape, Array.from({ length: count }, next))
}

it('samples at the positions of a grid as the reference does', () =>
  checkRandom(gridSample, (g) => {
    const [n, c, h, w] = [g.int(1, 2), g.int(1, 3), g.int(1, 6), g.int(1, 6)]
    const grid = filled([n, g.int(1, 4), g.int(0, 5), 2], () => g.oneOf([-1, 1, 0, g.int(-300, 300) / 128]))
    const mode = g.oneOf(sampleModes)
    return {
      // The reference multiplies what is not finite by weights of 0 where a cubic filter has them.
      inputs: [g.tensor('float32', [n, c, h, w], { finite: mode === 'cubic' || g.bool() }), grid],
      attrs: { mode, padding_mode: g.oneOf(paddingModes), align_corners: g.int(0, 1) },
      tolerance: { relative: 1e-4, absolute: 1e-5 },
    }
  }))

it('pools regions as the reference does', () =>
  checkRandom(roiAlign, (g) => {
    const [n, c, h, w] = [g.int(1, 2), g.int(1, 3), g.int(1, 8), g.int(1, 8)]
    const count = g.int(0, 4)
    const rois = filled([count, 4], () => g.int(-16, 96) / 8)
    return {
      inputs: [
        g.tensor('float32', [n, c, h, w]),
        rois,
        i64(Array.from({ length: count }, () => BigInt(g.int(0, n - 1)))),
      ],
      attrs: {
        output_height: g.int(1, 3),
        output_width: g.int(1, 3),
        mode: g.oneOf(['avg', 'max']),
        sampling_ratio: g.int(0, 3),
        spatial_scale: float(g.oneOf([1, 0.5, 0.25])),
        coordinate_transformation_mode: g.oneOf(['half_pixel', 'output_half_pixel']),
      },
    }
  }))

it('adds up blocks as the reference does', () =>
  checkRandom(col2im, (g) => {
    const rank = g.int(1, 3)
    const list = (make: () => number) => Array.from({ length: rank }, make)
    const [block, strides, dilations, pads] = [
      list(() => g.int(1, 3)),
      list(() => g.int(1, 3)),
      list(() => g.int(1, 2)),
      list(() => g.int(0, 1)),
    ] as const
    const image = block.map(
      (size, i) => Math.max(1, (size - 1) * dilations[i]! + 1 - 2 * pads[i]!) + g.int(0, 6),
    )
    const blocks = image.map((size, i) =>
      Math.floor((size + 2 * pads[i]! - (block[i]! - 1) * dilations[i]! - 1) / strides[i]! + 1),
    )
    const product = (sizes: readonly number[]) => sizes.reduce((a, b) => a * b, 1)
    const columns = g.int(1, 3) * product(block)
    return {
      inputs: [
        g.tensor('float32', [g.int(1, 2), columns, product(blocks)]),
        i64(image.map(BigInt)),
        i64(block.map(BigInt)),
      ],
      attrs: { strides, dilations, pads: [...pads, ...pads] },
    }
  }))
