/** How far one value is from another: what parity is judged by. */
import { type DType, dtypeInfo } from '../../base/dtype.ts'
import type { Value } from '../../base/value.ts'
import { type WideTensor, type WideValue, widenValue } from '../../base/wide.ts'

export interface Distance {
  /** Length of the difference over that of the expected value; infinite where NaN or infinities disagree. */
  readonly relativeL2: number
  readonly maxAbs: number
  /** Cosine of the angle between the two as vectors; 1 for two zeros. */
  readonly cosine: number
  /** Elements that are not the same, for types that must agree exactly. */
  readonly mismatches: number
  readonly elements: number
  /** The flat index of the worst element, and what was there. */
  readonly worst: { readonly index: number; readonly got: string; readonly expected: string } | undefined
}

/** The relative L2 distance that still counts as equal, by what the dtype can hold; other types must agree exactly. */
const limits: ReadonlyMap<DType, number> = new Map([
  ['float64', 1e-5],
  ['float32', 1e-5],
  ['float16', 2e-3],
  ['bfloat16', 2e-2],
  ['complex64', 1e-5],
  ['complex128', 1e-5],
])

/** The limit of a value's elements; 0 where they must be equal. */
export function limitOf(value: Value): number {
  return Math.max(0, ...tensorsOf(widenValue(value)).map(({ dtype }) => limits.get(dtype) ?? 0))
}

/** The distance of two values of one structure, or a text that says how the structures differ. */
export function distance(got: Value, expected: Value): Distance | string {
  const [ours, theirs] = [widenValue(got), widenValue(expected)]
  if (ours.kind !== theirs.kind) return `it is a ${ours.kind}, not a ${theirs.kind}`
  const [a, b] = [tensorsOf(ours), tensorsOf(theirs)]
  if (a.length !== b.length) return `it holds ${a.length} tensors, not ${b.length}`
  const sum = emptySum()
  for (const [i, expectedTensor] of b.entries()) {
    const gotTensor = a[i]!
    if (gotTensor.dtype !== expectedTensor.dtype)
      return `it has dtype ${gotTensor.dtype}, not ${expectedTensor.dtype}`
    if (String(gotTensor.shape) !== String(expectedTensor.shape))
      return `it has shape [${gotTensor.shape}], not [${expectedTensor.shape}]`
    addTensor(sum, gotTensor, expectedTensor)
  }
  return finish(sum)
}

/** Whether a distance is within the limit. */
export function isWithin({ relativeL2, mismatches }: Distance, limit: number): boolean {
  return mismatches === 0 && relativeL2 <= limit
}

/** Elements that are NaN or infinite. */
export function countNonFinite(value: Value): number {
  let count = 0
  for (const { data } of tensorsOf(widenValue(value))) {
    if (!(data instanceof Float64Array)) continue
    for (const element of data) if (!Number.isFinite(element)) count++
  }
  return count
}

function tensorsOf(value: WideValue): WideTensor[] {
  switch (value.kind) {
    case 'tensor':
      return [value]
    case 'sequence':
      return value.items.flatMap(tensorsOf)
    case 'optional':
      return value.value ? tensorsOf(value.value) : []
    case 'map':
      return [value.keys, value.values]
    default:
      return value satisfies never
  }
}

interface Sum {
  difference: number
  expected: number
  got: number
  product: number
  maxAbs: number
  mismatches: number
  elements: number
  worst: { index: number; got: string; expected: string } | undefined
}

const emptySum = (): Sum => ({
  difference: 0,
  expected: 0,
  got: 0,
  product: 0,
  maxAbs: 0,
  mismatches: 0,
  elements: 0,
  worst: undefined,
})

function addTensor(sum: Sum, got: WideTensor, expected: WideTensor): void {
  const { kind } = dtypeInfo(expected.dtype)
  const isExact = kind !== 'float' && kind !== 'complex'
  for (let i = 0; i < expected.data.length; i++) {
    const [a, b] = [got.data[i]!, expected.data[i]!]
    if (isExact) addExact(sum, a, b)
    else addFloat(sum, Number(a), Number(b))
    sum.elements++
  }
}

function addExact(sum: Sum, got: number | bigint | string, expected: number | bigint | string): void {
  if (got === expected) return
  sum.mismatches++
  const gap = typeof expected === 'string' ? 1 : Math.abs(Number(got) - Number(expected))
  note(sum, gap, got, expected)
}

function addFloat(sum: Sum, got: number, expected: number): void {
  if (Object.is(got, expected) || got === expected || (Number.isNaN(got) && Number.isNaN(expected))) {
    if (!Number.isFinite(expected)) return
  } else {
    const gap = Math.abs(got - expected)
    note(sum, Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap, got, expected)
    sum.difference += Number.isNaN(gap) ? Number.POSITIVE_INFINITY : gap * gap
  }
  if (!Number.isFinite(got) || !Number.isFinite(expected)) return
  sum.expected += expected * expected
  sum.got += got * got
  sum.product += got * expected
}

function note(sum: Sum, gap: number, got: unknown, expected: unknown): void {
  if (sum.worst && gap <= sum.maxAbs) return
  sum.maxAbs = gap
  sum.worst = { index: sum.elements, got: String(got), expected: String(expected) }
}

function finish({ difference, expected, got, product, maxAbs, mismatches, elements, worst }: Sum): Distance {
  const length = Math.sqrt(got) * Math.sqrt(expected)
  return {
    relativeL2:
      difference === 0 ? 0 : expected === 0 ? Number.POSITIVE_INFINITY : Math.sqrt(difference / expected),
    maxAbs,
    cosine: length === 0 ? (got === expected ? 1 : 0) : product / length,
    mismatches,
    elements,
    worst,
  }
}
