/** Broadcasting in one direction: a shape that must expand to another one. */
import { type Dim, dimText } from '../../base/dim.ts'
import { refuse } from '../refuse.ts'

/** Refuses `from` where it cannot expand to `to`, as far as sizes are known. Throws SLP-O2. */
export function checkExpands(from: readonly Dim[], to: readonly Dim[], rule: string): void {
  const lead = to.length - from.length
  const fits =
    lead >= 0 &&
    from.every((size, axis) => {
      const target = to[axis + lead]!
      return size === 1 || typeof size !== 'number' || typeof target !== 'number' || size === target
    })
  if (!fits) refuse(rule, `[${from.map(dimText)}] for [${to.map(dimText)}]`)
}
