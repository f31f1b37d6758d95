/** Helpers for tests of Slipway and of what is built on it. */
export { defaultTolerance, difference, type Tolerance } from './close.ts'
