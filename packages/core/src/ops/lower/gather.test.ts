import { describe, expect, it } from 'vitest'
import type { DType } from '../../base/dtype.ts'
import { elementCount } from '../../base/shape.ts'
import { type Tensor, tensor } from '../../base/tensor.ts'
import { portableTarget } from '../../kernel/target.ts'
import { checkEmit, checkRandomEmits } from '../../testing/check-emit.ts'
import { counted } from '../../testing/counted.ts'
import type { Gen } from '../../testing/gen.ts'
import { f32, flat, i32, i64 } from '../../testing/literals.ts'
import { runEmit } from '../../testing/run-calls.ts'
import type { AnyOp } from '../define.ts'
import { gather } from '../gather.ts'
import { gatherElements } from '../gather-elements.ts'
import { gatherNd } from '../gather-nd.ts'
import { arrayFeatureExtractor } from '../ml/array-feature-extractor.ts'

const bySize: readonly DType[] = ['uint8', 'int16', 'float32', 'int64']
const sizes = [1, 2, 3, 4, 5, 8, 13]

const shapeOf = (g: Gen, rank: number) => Array.from({ length: rank }, () => g.oneOf(sizes))

/** Indices into an axis of that size, from either end. */
function indices(g: Gen, shape: readonly number[], size: number): Tensor {
  const list = Array.from({ length: elementCount(shape) }, () => g.int(-size, size - 1))
  return flat(g.oneOf(['int32', 'int64']), shape, list)
}

describe('kernels that pick by index', () => {
  it('gather', () =>
    checkRandomEmits(gather, (g) => {
      const shape = shapeOf(g, g.int(1, 4))
      const axis = g.int(0, shape.length - 1)
      const own = g.bool() ? shapeOf(g, g.int(0, 2)) : [0]
      return {
        inputs: [counted(g.oneOf(bySize), shape), indices(g, own, shape[axis]!)],
        attrs: { axis: axis - (g.bool() ? shape.length : 0) },
      }
    }))

  it('gather long rows', () => {
    const rows = counted('float32', [7, 300])
    checkEmit(gather, { inputs: [rows, i64([3, -1, 0, 3])] }, portableTarget)
    checkEmit(gather, { inputs: [rows, i32([[3], [-7]])], attrs: { axis: 1 } }, portableTarget)
  })

  it('gather elements', () =>
    checkRandomEmits(gatherElements, (g) => {
      const shape = shapeOf(g, g.int(1, 4))
      const axis = g.int(0, shape.length - 1)
      const own = shape.map((size, i) => (i === axis ? g.oneOf([0, ...sizes]) : g.int(1, size)))
      return {
        inputs: [counted(g.oneOf(bySize), shape), indices(g, own, shape[axis]!)],
        attrs: { axis },
      }
    }))

  it('extract features', () =>
    checkRandomEmits(arrayFeatureExtractor, (g) => {
      const shape = shapeOf(g, g.int(1, 3))
      const list = Array.from({ length: g.int(1, 9) }, () => g.int(0, shape.at(-1)! - 1))
      return {
        inputs: [counted(g.oneOf(['float32', 'int64']), shape), flat('int64', [1, list.length], list)],
      }
    }))

  it('gather by tuples', () =>
    checkRandomEmits(gatherNd, (g) => {
      const shape = shapeOf(g, g.int(2, 4))
      const batch = g.int(0, shape.length - 1)
      const width = g.int(1, shape.length - batch)
      const own = [...shape.slice(0, batch), ...shapeOf(g, g.int(batch === shape.length - 1 ? 1 : 0, 2))]
      const tuples = elementCount(own)
      const list = Array.from({ length: tuples }, () =>
        shape.slice(batch, batch + width).map((size) => g.int(-size, size - 1)),
      )
      return {
        inputs: [counted(g.oneOf(bySize), shape), flat('int64', [...own, width], list.flat())],
        attrs: { batch_dims: batch },
      }
    }))

  it('end the run at an index outside', () => {
    const data = f32([
      [1, 2],
      [3, 4],
    ])
    const run = (op: AnyOp, index: Tensor) => () => runEmit(op, [data, index], {}, { target: portableTarget })
    const far = tensor('int64', [1, 1], BigInt64Array.of(1n << 32n))
    for (const index of [i64([[2]]), i64([[-3]]), i32([[2]]), i32([[-3]]), far]) {
      expect(run(gather, index)).toThrow(/unreachable/)
      expect(run(gatherElements, index)).toThrow(/unreachable/)
    }
    expect(run(gatherNd, i64([[0, 2]]))).toThrow(/unreachable/)
    expect(run(arrayFeatureExtractor, i64([[-1]]))).toThrow(/unreachable/)
    expect(run(gatherNd, far)).toThrow(/unreachable/)
  })
})
