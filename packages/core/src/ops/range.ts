import { addDims, ceilDivDims, type Dim, lowerBound, mulDims, subDims } from '../base/dim.ts'
import { wideZeros } from '../base/wide.ts'
import { fillRange, isRangeType } from '../kernel/move/range.ts'
import { attr } from './attr.ts'
import { defineOp } from './define.ts'
import { maxTrackedElements, type TensorFact, tensorFact, valuesOf } from './fact.ts'
import { one } from './param.ts'
import { refuseValue } from './refuse.ts'
import { requireScalar } from './shared/require.ts'
import { isTracked, trackedElements } from './shared/tracked.ts'
import { floats, indexInts } from './types.ts'

/** start, start + delta, … up to and without limit; computed beyond the precision of T and rounded once. */
export const range = defineOp({
  name: 'Range',
  since: [11, 27],
  types: { T: [...floats, ...indexInts, 'int16'] },
  inputs: { start: one('T'), limit: one('T'), delta: one('T') },
  outputs: { output: one('T') },
  attrs: { stash_type: attr.int(1) },
  infer: ({ start, limit, delta }, _attrs, { freshDim }) => {
    requireScalar('start', start)
    requireScalar('limit', limit)
    requireScalar('delta', delta)
    const size = rangeSize(start, limit, delta) ?? freshDim('range')
    return { output: tensorFact(start.dtype, [size], rangeValues(start, delta, size)) }
  },
  reference: ({ start, limit, delta }, _attrs, { checkElements }) => {
    const [first, end, step] = [start.data[0]!, limit.data[0]!, delta.data[0]!]
    const count = countSteps(first, end, step)
    checkElements(count)
    const output = wideZeros(start.dtype, [count])
    for (let i = 0; i < count; i++) {
      output.data[i] =
        typeof first === 'bigint' && typeof step === 'bigint'
          ? first + BigInt(i) * step
          : Number(first) + i * Number(step)
    }
    return { output }
  },
  gradient: 'rule',
  lower: {
    kind: 'kernel',
    emit: ({ start, delta }, { output: { at, dtype, shape } }, _attrs, context) => {
      if (!isRangeType(dtype)) return `numbers of type ${dtype}`
      fillRange(context, { start: start.at, delta: delta.at, to: at, dtype, count: shape[0]! })
      return undefined
    },
  },
})

/** max(⌈(limit - start) / delta⌉, 0). Throws SLP-O4 where that is no number. */
function countSteps(start: Element, limit: Element, delta: Element): number {
  if (Number(delta) === 0) refuseValue('delta must not be 0', delta)
  if (typeof start === 'bigint' && typeof limit === 'bigint' && typeof delta === 'bigint') {
    const [distance, step] = delta > 0n ? [limit - start, delta] : [start - limit, -delta]
    return distance > 0n ? Number((distance + step - 1n) / step) : 0
  }
  const steps = Math.ceil((Number(limit) - Number(start)) / Number(delta))
  if (!Number.isFinite(steps)) {
    refuseValue('the number of steps must be finite', `${start}, ${limit}, ${delta}`)
  }
  return Math.max(steps, 0)
}

type Element = number | bigint | string

/** The number of elements, where start and limit are constants or tracked. */
function rangeSize(start: TensorFact, limit: TensorFact, delta: TensorFact): Dim | undefined {
  const constants = [start, limit, delta].map((fact) => fact.constant?.data[0])
  const [first, end, step] = constants
  if (first !== undefined && end !== undefined && step !== undefined) return countSteps(first, end, step)
  const [a, b, d] = [start, limit, delta].map((fact) => valuesOf(fact)?.[0])
  if (a === undefined || b === undefined || typeof d !== 'number' || d === 0) return undefined
  const distance = d > 0 ? subDims(b, a) : subDims(a, b)
  if (lowerBound(distance) >= 0) return ceilDivDims(distance, Math.abs(d))
  return typeof distance === 'number' ? 0 : undefined
}

function rangeValues(start: TensorFact, delta: TensorFact, size: Dim): readonly Dim[] | undefined {
  const [first, step] = [valuesOf(start)?.[0], valuesOf(delta)?.[0]]
  const short = typeof size === 'number' && size <= maxTrackedElements
  if (!short || !isTracked(start.dtype) || first === undefined || step === undefined) return undefined
  return trackedElements(start.dtype, size, (i) => addDims(first, mulDims(step, i)))
}
