/** Fits the classifier and says how often it is right on digits it has not seen. */
import { type Digit, loadDigits } from './data.ts'
import { classify, type Discriminant, fitDiscriminant, type Sample } from './discriminant.ts'
import { edgeFilters, featuresOf } from './features.ts'

export interface Trained {
  readonly filters: Float32Array
  readonly discriminant: Discriminant
  readonly trainCount: number
  readonly testCount: number
  /** Share of the test digits that are named rightly. */
  readonly testAccuracy: number
  /** One of the test digits. */
  readonly example: Digit
}

/** `onProgress` takes the number of digits whose features are known, of all. */
export function train(onProgress: (done: number, total: number) => void = () => {}): Trained {
  const digits = loadDigits()
  const filters = edgeFilters()
  const total = digits.train.length + digits.test.length
  let done = 0
  const sample = ({ pixels, label }: Digit): Sample => {
    if (done++ % 100 === 0) onProgress(done, total)
    return { features: featuresOf(pixels, filters), label }
  }
  const samples = digits.train.map(sample)
  const held = digits.test.map(sample)
  const discriminant = fitDiscriminant(samples, { classes: 10, shrinkage: 0.001 })
  const right = held.filter(({ features, label }) => classify(discriminant, features) === label).length
  return {
    filters,
    discriminant,
    trainCount: samples.length,
    testCount: held.length,
    testAccuracy: right / held.length,
    example: digits.test[Math.floor(digits.test.length * 0.75)]!,
  }
}
