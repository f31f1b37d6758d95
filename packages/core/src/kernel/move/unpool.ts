/** Elements put at linear positions of a tensor, which may be the corner of a larger one. */
import { type Shape, stridesOf } from '../../base/shape.ts'
import { i32, load, op } from '../../wasm/index.ts'
import type { Kernel, ParamSpec, Place } from '../kernel.ts'
import type { LowerContext } from '../lower.ts'
import { moveUnit } from './element.ts'

export interface Unpooling {
  readonly from: Place
  /** One int64 for each element. */
  readonly positions: Place
  readonly count: number
  /** The shape that positions count in, and that of the tensor. */
  readonly within: Shape
  readonly shape: Shape
  readonly to: Place
  readonly elementBytes: 1 | 2 | 4 | 8
}

/** Adds the call: one task, for two elements may go to one place. A position outside ends the run. */
export function putAtPositions(context: LowerContext, unpooling: Unpooling): void {
  const { from, positions, count, within, shape, to, elementBytes } = unpooling
  if (count === 0) return
  const strides = stridesOf(shape)
  const sizes = Object.fromEntries(
    within.flatMap((size, i) => [
      [`size${i}`, size],
      [`stride${i}`, strides[i]!],
    ]),
  )
  const total = within.reduce((product, size) => product * size, 1)
  context.call(kernelFor(elementBytes, shape.length), { from, positions, to, count, total, ...sizes }, 1)
}

function kernelFor(unit: 1 | 2 | 4 | 8, rank: number): Kernel<ParamSpec> {
  const sizes = Array.from({ length: rank }, (_, i) => [`size${i}`, `stride${i}`]).flat()
  return {
    key: `unpool-${unit}-${rank}`,
    params: {
      from: 'in',
      positions: 'in',
      to: 'inout',
      ...Object.fromEntries(['count', 'total', ...sizes].map((name) => [name, 'i32'] as const)),
    },
    emit({ f, arg }) {
      const [source, positions] = [f.let(arg('from')), f.let(arg('positions'))]
      const [rest, place] = [f.local('i32'), f.local('i32')]
      const total = f.let(op('i64.extend_i32_u', arg('total')))
      f.repeat(arg('count'), () => {
        const given = f.let(load('i64.load', positions))
        f.if(op('i64.ge_u', given, total), () => f.unreachable())
        f.set(rest, op('i32.wrap_i64', given))
        f.set(place, i32(0))
        for (let axis = rank - 1; axis >= 0; axis--) {
          const index = axis === 0 ? rest : op('i32.rem_u', rest, arg(`size${axis}`))
          f.add(place, op('i32.mul', index, arg(`stride${axis}`)))
          if (axis > 0) f.set(rest, op('i32.div_u', rest, arg(`size${axis}`)))
        }
        moveUnit(f, unit, op('i32.add', arg('to'), op('i32.mul', place, i32(unit))), source)
        f.add(source, unit)
        f.add(positions, 8)
      })
    },
  }
}
