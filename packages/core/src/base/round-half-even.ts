/** The nearest whole number; halves go to the even one. Keeps the sign of zero. */
export function roundHalfEven(x: number): number {
  if (Math.abs(x % 1) === 0.5) return 2 * Math.round(x / 2)
  return Math.round(x)
}
