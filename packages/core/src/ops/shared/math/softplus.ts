/** ln(1 + e^x) as max(x, 0) + ln(1 + e^-|x|), which neither overflows nor loses small results. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}
