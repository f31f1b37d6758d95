/** One output of one run beside what it should be, as the report lists it. */
import { type Distance, distance, isWithin, limitOf } from './distance.ts'
import type { Values } from './run-values.ts'

export interface Comparison {
  /** What made the output: an engine, or the other model. */
  readonly by: string
  readonly case: string
  readonly output: string
  readonly ok: boolean
  readonly limit: number
  /** What rounding alone does to this output. */
  readonly noise: number
  /** Absent where the two have different types or shapes, which `text` then says. */
  readonly distance?: Distance | undefined
  readonly text: string
}

/** How far beyond the noise of rounding a difference still may be rounding. */
const noiseFactor = 4

interface Expected {
  readonly expected: Values
  readonly noise: ReadonlyMap<string, number>
}

/** All expected outputs; `nameOf` says what the other side calls one. */
export function compareOutputs(
  by: string,
  name: string,
  got: Values,
  { expected, noise: noises }: Expected,
  nameOf: (output: string) => string = (output) => output,
): Comparison[] {
  return [...expected].map(([output, value]): Comparison => {
    const theirs = got.get(nameOf(output))
    const base = limitOf(value)
    const noise = noises.get(output) ?? 0
    const limit = base === 0 ? 0 : Math.max(base, noiseFactor * noise)
    const found = theirs ? distance(theirs, value) : 'it is missing'
    const head = { by, case: name, output, limit, noise }
    if (!theirs && value.kind !== 'tensor')
      return { ...head, ok: true, text: `not compared: it is a ${value.kind}, which ${by} cannot return` }
    if (typeof found === 'string') return { ...head, ok: false, text: found }
    const text = `${distanceText(found)} (limit ${numberText(limit)}, rounding ${numberText(noise)})`
    return { ...head, ok: isWithin(found, limit), distance: found, text }
  })
}

/** A distance in words. */
export function distanceText(found: Distance | string): string {
  if (typeof found === 'string') return found
  const { relativeL2, maxAbs, cosine, worst, mismatches, elements } = found
  const at = worst ? `, worst at ${worst.index}: ${worst.got}, not ${worst.expected}` : ''
  if (mismatches > 0) return `${mismatches} of ${elements} elements differ${at}`
  return `relative L2 ${numberText(relativeL2)}, max abs ${numberText(maxAbs)}, cosine ${cosine.toFixed(9)}${at}`
}

/** `0`, `1.23e-6`. */
export const numberText = (value: number): string =>
  value === 0 || !Number.isFinite(value) ? String(value) : value.toExponential(2)
