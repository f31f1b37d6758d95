/** Shapes of inputs on the command line. */
import { SlipwayError } from '@slipway/core'

/** `x=1,3,224,224`; a scalar is `x=`. Throws SLP-C1. */
export function readShape(text: string): [name: string, shape: number[]] {
  const at = text.lastIndexOf('=')
  const sizes = text.slice(at + 1).split(',')
  const shape = sizes.join('').trim() === '' ? [] : sizes.map((size) => Number(size.trim() || Number.NaN))
  if (at > 0 && shape.every((size) => Number.isSafeInteger(size) && size >= 0))
    return [text.slice(0, at), shape]
  throw new SlipwayError(
    'SLP-C1',
    `Cannot read --shape: it must be a name and sizes as in x=1,3,224,224, got "${text}"`,
  )
}
