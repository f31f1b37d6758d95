/** Helpers for tests of Slipway and of what is built on it. */
export { defaultTolerance, difference, type Tolerance } from './close.ts'
export { modelBytes } from './model-bytes.ts'
export { checkFuzzed, fuzzedFile, fuzzSeeds } from './onnx-fuzz.ts'
