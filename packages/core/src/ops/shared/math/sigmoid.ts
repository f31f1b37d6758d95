/** The logistic function 1 / (1 + e^-x). Both ends are exact limits: e^-x overflows to Infinity, never to NaN. */
export function sigmoid(x: number): number {
  return 1 / (1 + Math.exp(-x))
}
