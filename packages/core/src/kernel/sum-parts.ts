/** Adds parts of a sum in their order, whoever computed them: the same bits on any number of threads. */
import { i32, load, op } from '../wasm/index.ts'
import { defineKernel, type Place } from './kernel.ts'
import type { LowerContext } from './lower.ts'
import { forVectors } from './spatial/row-vectors.ts'

const params = { x: 'in', y: 'out', parts: 'i32', count: 'i32', block: 'i32' } as const

const sumParts = defineKernel({
  key: 'sumParts',
  params,
  emit({ f, arg, task }) {
    const from = f.let(op('i32.mul', task, arg('block')))
    const left = f.let(op('i32.sub', arg('count'), from))
    f.if(op('i32.gt_s', left, arg('block')), () => f.set(left, arg('block')))
    const partBytes = f.let(op('i32.shl', arg('count'), i32(2)))
    const start = f.let(op('i32.shl', from, i32(2)))
    const [x, y] = [f.let(op('i32.add', arg('x'), start)), f.let(op('i32.add', arg('y'), start))]
    const others = f.let(op('i32.sub', arg('parts'), i32(1)))
    const [at, sum] = [f.local('i32'), f.local('v128')]
    forVectors(f, left, (offset, store) => {
      f.set(at, op('i32.add', x, offset))
      f.set(sum, load('v128.load', at))
      f.repeat(others, () => {
        f.add(at, partBytes)
        f.set(sum, op('f32x4.add', sum, load('v128.load', at)))
      })
      store(op('i32.add', y, offset), sum)
    })
  },
})

const blockElements = 4096

/** Adds `parts` arrays of `count` floats, one behind the other. */
export function lowerSumOfParts(
  context: LowerContext,
  x: Place,
  y: Place,
  parts: number,
  count: number,
): void {
  context.call(sumParts, { x, y, parts, count, block: blockElements }, Math.ceil(count / blockElements))
}
