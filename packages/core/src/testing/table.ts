/** Small tables to learn from: twelve samples whose results are known, and clouds of points of any number. */
import { randomStream } from '../ops/random.ts'

/** Three features of whole numbers, full of ties. */
export const twelve = {
  X: [
    [5, 3, 1],
    [4, 3, 2],
    [6, 4, 1],
    [5, 4, 2],
    [7, 3, 4],
    [6, 2, 5],
    [7, 2, 4],
    [5, 2, 4],
    [7, 3, 6],
    [8, 3, 6],
    [6, 3, 5],
    [8, 4, 7],
  ],
  y: [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2],
} as const

export interface Clouds {
  readonly X: number[][]
  readonly y: number[]
}

/** Normal clouds around random centres, overlapping a little; features of very different sizes. */
export function clouds(classes: number, perClass: number, features: number, seed: number): Clouds {
  const random = randomStream(seed)
  const centres = Array.from({ length: classes }, () =>
    Array.from({ length: features }, () => 2 * random.normal()),
  )
  const y = Array.from({ length: classes * perClass }, (_, i) => i % classes)
  const X = y.map((label) => centres[label]!.map((centre, j) => (centre + random.normal()) * 10 ** (j % 3)))
  return { X, y }
}
