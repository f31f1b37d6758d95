/** Outputs that gather one slice per iteration. */
import type { Dim } from '../../base/dim.ts'
import { elementCount, normalizeAxis } from '../../base/shape.ts'
import { typeText } from '../../base/value.ts'
import { type WideTensor, type WideValue, wideZeros } from '../../base/wide.ts'
import type { KernelContext } from '../define.ts'
import { type Fact, tensorFact } from '../fact.ts'
import { refuse, refuseValue } from '../refuse.ts'
import { stackTensors } from './join.ts'

/** The fact of `length` slices along a new axis; undefined where nothing is known of a slice. */
export function scanFact(slice: Fact | undefined, length: Dim, axis = 0): Fact | undefined {
  if (!slice) return undefined
  if (slice.type.kind !== 'tensor') return refuse('scan outputs must be tensors', typeText(slice.type))
  const { dtype, shape } = slice.type
  return tensorFact(dtype, shape?.toSpliced(normalizeAxis(axis, shape.length + 1), 0, length))
}

export interface Slices {
  add(value: WideValue): void
  /** All slices along a new axis. Without any, the sizes that `fact` does not know are 0. */
  stack(fact: Fact | undefined, axis?: number): WideTensor
}

/** Collects slices, in reverse order if asked to. */
export function collectSlices({ checkElements }: KernelContext, reverse = false): Slices {
  const list: WideTensor[] = []
  return {
    add(value) {
      if (value.kind !== 'tensor') return refuseValue('scan outputs must be tensors', value.kind)
      checkElements((list.length + 1) * elementCount(value.shape))
      list.push(value)
    },
    stack(fact, axis = 0) {
      const first = list[0]
      if (!first) return emptyStack(fact)
      return stackTensors(reverse ? list.toReversed() : list, normalizeAxis(axis, first.shape.length + 1))
    },
  }
}

function emptyStack(fact: Fact | undefined): WideTensor {
  if (fact?.type.kind !== 'tensor') {
    return refuseValue('a scan output without iterations must have a known type', 'nothing')
  }
  const { dtype, shape = [0] } = fact.type
  return wideZeros(
    dtype,
    shape.map((size) => (typeof size === 'number' ? size : 0)),
  )
}
