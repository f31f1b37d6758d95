/** Undoes broadcasting: the one place where a gradient gets the shape of its value. */
import { type Dim, dimsEqual, dimText } from '../base/dim.ts'
import { SlipwayError } from '../base/errors.ts'
import type { TypedBuilder } from '../ops/typed-builder.ts'

/**
 * A gradient summed over the axes along which its value was repeated.
 *
 * @throws SLP-A3 where the two shapes are not those of a value and its broadcast.
 */
export function reduceTo(b: TypedBuilder, gradient: string, value: string): string {
  const [from, to] = [b.shape(gradient), b.shape(value)]
  const lead = from.length - to.length
  const refuse = () => {
    const text = (shape: readonly Dim[]) => `[${shape.map(dimText).join(',')}]`
    const rule = `its gradient must have its shape ${text(to)}, or one that it broadcasts to`
    return new SlipwayError('SLP-A3', `Cannot differentiate "${value}": ${rule}, got ${text(from)}`)
  }
  if (lead < 0) throw refuse()
  const repeated = from.flatMap((size, axis) => {
    const own = axis < lead ? 1 : to[axis - lead]!
    if (axis >= lead && dimsEqual(size, own)) return []
    if (own !== 1) throw refuse()
    return [axis]
  })
  if (repeated.length === 0) return gradient
  const summed = b.node('ReduceSum', [gradient, b.literal('int64', repeated)])
  if (lead === 0) return summed
  const leading = Array.from({ length: lead }, (_, axis) => axis)
  return b.node('Squeeze', [summed, b.literal('int64', leading)])
}
