import { dimText } from '../base/dim.ts'
import { normalizeAxis, type Shape } from '../base/shape.ts'
import { type WideTensor, wideZeros } from '../base/wide.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { tensorFact, valuesOf } from './fact.ts'
import { emitTopK } from './lower/lines.ts'
import { one } from './param.ts'
import { refuse, refuseValue } from './refuse.ts'
import { scalarIn } from './shared/elements.ts'
import { copyElement } from './shared/movement.ts'
import { type Lines, linesOf } from './shared/offsets.ts'
import { numbers } from './types.ts'

/**
 * The K largest (or smallest) elements along the axis, sorted, and where they stand. Of equal elements the
 * one with the lower index comes first; a NaN counts as larger than any number. With sorted=0 the order is
 * sorted all the same.
 */
export const topK = defineOp({
  name: 'TopK',
  since: [1, 10, 11, 24],
  types: { T: numbers, I: ['int64'] },
  inputs: { X: one('T'), K: one('int64') },
  outputs: { Values: one('T'), Indices: one('I') },
  attrs: { sorted: attr.int(1), largest: attr.int(1), axis: attr.int(-1) },
  infer: ({ X, K }, { axis }, { freshDim }) => {
    const elements = valuesOf(K)
    if (elements && elements.length !== 1) refuse('K must have one element', elements.length)
    if (!X.shape) return { Values: tensorFact(X.dtype, undefined), Indices: tensorFact('int64', undefined) }
    if (X.shape.length === 0) refuse('X must have an axis', 'a scalar')
    const at = normalizeAxis(axis, X.shape.length)
    const k = elements?.[0] ?? freshDim('k')
    const size = X.shape[at]!
    if (typeof k === 'number' && (k < 0 || (typeof size === 'number' && k > size))) {
      refuse(`K must lie in [0, ${dimText(size)}]`, k)
    }
    const shape = X.shape.with(at, k)
    return { Values: tensorFact(X.dtype, shape), Indices: tensorFact('int64', shape) }
  },
  reference: ({ X, K }, { axis, largest }) => select(X, scalarIn('K', K), axis, largest !== 0),
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ X }, { Values, Indices }, { axis, largest }, context) =>
      emitTopK(X, { values: Values, indices: Indices }, { axis, isLargest: largest !== 0 }, context),
  },
})

function select(x: WideTensor, k: number, axis: number, largest: boolean) {
  const lines = linesOf(x.shape, axis)
  const shape: Shape = x.shape.with(lines.axis, k)
  const Values = wideZeros(x.dtype, shape)
  const Indices = wideZeros('int64', shape)
  const kept = linesOf(shape, axis)
  for (let line = 0; line < lines.count; line++) {
    const start = lines.start(line)
    const order = orderOf(x, lines, start, largest)
    for (let i = 0; i < k; i++) {
      const target = kept.start(line) + i * kept.step
      copyElement(x, start + order[i]! * lines.step, Values, target)
      Indices.data[target] = BigInt(order[i]!)
    }
  }
  return { Values, Indices }
}

/** Positions of a line's elements in order; Array.prototype.sort is stable, so ties keep the lower index first. */
function orderOf(
  { data, dtype }: WideTensor,
  { size, step }: Lines,
  start: number,
  largest: boolean,
): number[] {
  if (Array.isArray(data)) return refuseValue('elements must be numbers', dtype)
  const elements = Array.from({ length: size }, (_, i) => data[start + i * step]!)
  const sign = largest ? -1 : 1
  return Array.from({ length: size }, (_, i) => i).sort((i, j) => sign * compare(elements[i]!, elements[j]!))
}

function compare(a: number | bigint, b: number | bigint): number {
  const [nanA, nanB] = [Number.isNaN(a), Number.isNaN(b)]
  if (nanA || nanB) return Number(nanA) - Number(nanB)
  return a < b ? -1 : a > b ? 1 : 0
}
