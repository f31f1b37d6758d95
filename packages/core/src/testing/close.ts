/** Compares values within tolerance; integers, strings and booleans exactly. */
import { dtypeInfo } from '../base/dtype.ts'
import type { Value } from '../base/value.ts'
import { type WideTensor, type WideValue, widenValue } from '../base/wide.ts'

export interface Tolerance {
  readonly relative: number
  readonly absolute: number
}

export const defaultTolerance: Tolerance = { relative: 1e-3, absolute: 1e-5 }

/** Why `got` is not `expected`, or undefined where they agree. NaN agrees with NaN. */
export function difference(
  got: Value,
  expected: Value,
  tolerance: Tolerance = defaultTolerance,
): string | undefined {
  return compare(widenValue(got), widenValue(expected), tolerance, 'value')
}

function compare(
  got: WideValue,
  expected: WideValue,
  tolerance: Tolerance,
  path: string,
): string | undefined {
  if (got.kind === 'tensor' && expected.kind === 'tensor')
    return compareTensors(got, expected, tolerance, path)
  if (got.kind === 'sequence' && expected.kind === 'sequence') {
    if (got.items.length !== expected.items.length) {
      return `${path}: expected ${expected.items.length} items, got ${got.items.length}`
    }
    return first(got.items.map((item, i) => compare(item, expected.items[i]!, tolerance, `${path}[${i}]`)))
  }
  if (got.kind === 'optional' && expected.kind === 'optional') {
    if (!got.value || !expected.value) {
      return !got.value === !expected.value ? undefined : `${path}: one optional is empty, the other is not`
    }
    return compare(got.value, expected.value, tolerance, path)
  }
  if (got.kind === 'map' && expected.kind === 'map') {
    return first([
      compareTensors(got.keys, expected.keys, tolerance, `${path}.keys`),
      compareTensors(got.values, expected.values, tolerance, `${path}.values`),
    ])
  }
  return `${path}: expected a ${expected.kind}, got a ${got.kind}`
}

const first = (list: readonly (string | undefined)[]): string | undefined =>
  list.find((item) => item !== undefined)

function compareTensors(
  got: WideTensor,
  expected: WideTensor,
  tolerance: Tolerance,
  path: string,
): string | undefined {
  if (got.dtype !== expected.dtype) return `${path}: expected ${expected.dtype}, got ${got.dtype}`
  if (String(got.shape) !== String(expected.shape))
    return `${path}: expected shape [${expected.shape}], got [${got.shape}]`
  const { kind } = dtypeInfo(got.dtype)
  const exact = kind !== 'float' && kind !== 'complex'
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [got.data[i]!, expected.data[i]!]
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue
    // Beside infinity every number would be within the tolerance.
    const slack = tolerance.absolute + tolerance.relative * Math.abs(Number(b))
    if (exact || !Number.isFinite(slack) || !(Math.abs(Number(a) - Number(b)) <= slack)) {
      return `${path}[${i}]: expected ${b}, got ${a}`
    }
  }
  return undefined
}
