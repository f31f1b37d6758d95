/** The way back through a standardisation, which several operators end with. */
import type { Maths } from './maths.ts'

/**
 * The gradient of x, where z = (x - mean) · inverse, and g is the gradient of z: inverse · (g - mean(g) - z mean(g z)).
 * Without a centre, z = x · inverse, and mean(g) is not taken away.
 */
export function throughStandardized(
  m: Maths,
  g: string,
  z: string,
  inverse: string,
  axes: readonly number[],
  isCentred: boolean,
): string {
  const along = m.mul(z, m.mean(m.mul(g, z), axes))
  const rest = isCentred ? m.sub(m.sub(g, m.mean(g, axes)), along) : m.sub(g, along)
  return m.mul(rest, inverse)
}
