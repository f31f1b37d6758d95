/** How far the outputs of a shadow are from those of the version that answered. */
import { type Tensor, widenValue } from '@slipway/core'

export interface Comparison {
  /** Norm of the difference over the norm of the primary's values, all shared outputs of numbers together. */
  readonly relativeL2: number | undefined
  /**
   * Whether the largest element of every row of every float output is at the same place; a row lies along the last axis
   * that has more than one element, since convolutional classifiers leave sizes of 1 behind their classes.
   */
  readonly top1Agrees: boolean | undefined
  /** Set where outputs cannot be compared. */
  readonly error: string | undefined
}

type Outputs = ReadonlyMap<string, Tensor>

export function compareOutputs(primary: Outputs, shadow: Outputs): Comparison {
  let difference = 0
  let norm = 0
  let compared = 0
  let agrees: boolean | undefined
  for (const [name, expected] of primary) {
    const got = shadow.get(name)
    const mismatch = got ? shapeMismatch(expected, got) : 'is missing'
    if (!got || mismatch) return failed(`output "${name}" ${mismatch}`)
    if (expected.dtype === 'string' || got.dtype === 'string') continue
    const [a, b] = [numbersOf(expected), numbersOf(got)]
    for (let i = 0; i < a.length; i++) {
      difference += (a[i]! - b[i]!) ** 2
      norm += a[i]! ** 2
    }
    compared++
    const row = expected.shape.findLast((size) => size !== 1)
    if (/float/.test(expected.dtype) && row !== undefined) agrees = (agrees ?? true) && sameTop1(a, b, row)
  }
  if (compared === 0) return failed('no output is of numbers')
  const relativeL2 =
    norm === 0 ? (difference === 0 ? 0 : Number.POSITIVE_INFINITY) : Math.sqrt(difference / norm)
  return { relativeL2, top1Agrees: agrees, error: undefined }
}

function failed(error: string): Comparison {
  return { relativeL2: undefined, top1Agrees: undefined, error }
}

function shapeMismatch(a: Tensor, b: Tensor): string | undefined {
  const same = a.shape.length === b.shape.length && a.shape.every((size, i) => size === b.shape[i])
  return same ? undefined : `has shape [${b.shape}], and not [${a.shape}]`
}

function numbersOf(tensor: Tensor): ArrayLike<number> {
  if (tensor.data instanceof Float32Array || tensor.data instanceof Float64Array) return tensor.data
  const wide = widenValue(tensor)
  const data = wide.kind === 'tensor' ? wide.data : []
  return Array.from<unknown, number>(data as ArrayLike<unknown>, Number) // numbers, or BigInt for 64-bit integers
}

function sameTop1(a: ArrayLike<number>, b: ArrayLike<number>, row: number): boolean {
  for (let start = 0; start + row <= a.length && row > 0; start += row) {
    if (argmax(a, start, row) !== argmax(b, start, row)) return false
  }
  return true
}

function argmax(data: ArrayLike<number>, start: number, length: number): number {
  let best = start
  for (let i = start + 1; i < start + length; i++) if (data[i]! > data[best]!) best = i
  return best - start
}
