/** Helpers for tests of Slipway and of what is built on it. */
export { randomStream } from '../ops/random.ts'
export { defaultTolerance, difference, type Tolerance } from './close.ts'
export { type Gen, generator } from './gen.ts'
export { checkFuzzed, fuzzedFile, fuzzSeeds } from './onnx-fuzz.ts'
