/** Tables of flowers: from a CSV file whose last column is the kind, or made up. */
import { randomStream } from '@slipway/core'

export interface Flowers {
  readonly X: readonly (readonly number[])[]
  readonly y: readonly string[]
}

/** The rows of a CSV file with a header. */
export function parseFlowers(text: string): Flowers {
  const rows = text.trim().split(/\r?\n/).slice(1)
  const cells = rows.map((row) => row.split(','))
  return { X: cells.map((row) => row.slice(0, -1).map(Number)), y: cells.map((row) => row.at(-1)!) }
}

/** Typical measures in cm of made-up kinds, and how far flowers of a kind differ in each. */
const kinds = {
  bell: { typical: [5.2, 3.3, 1.6, 0.3], spread: [0.35, 0.35, 0.2, 0.1] },
  star: { typical: [6.1, 2.7, 4.2, 1.4], spread: [0.5, 0.3, 0.45, 0.2] },
  cup: { typical: [6.5, 3.1, 5.5, 2], spread: [0.6, 0.3, 0.5, 0.25] },
} as const

/** Made-up flowers, as many of each kind, measured to a millimetre. */
export function makeFlowers(perKind: number, seed: number): Flowers {
  const random = randomStream(seed)
  const rows = Object.entries(kinds).flatMap(([kind, { typical, spread }]) =>
    Array.from({ length: perKind }, () => ({
      kind,
      sizes: typical.map(
        (size, j) => Math.max(1, Math.round(10 * (size + spread[j]! * random.normal()))) / 10,
      ),
    })),
  )
  return { X: rows.map(({ sizes }) => sizes), y: rows.map(({ kind }) => kind) }
}
