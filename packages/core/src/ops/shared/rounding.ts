/** The nearest integer; halves go to the even neighbour. Infinities and NaN stay. */
export function roundHalfToEven(x: number): number {
  const low = Math.floor(x)
  const rest = x - low
  if (rest !== 0.5) return rest < 0.5 ? low : low + 1
  return low % 2 === 0 ? low : low + 1
}
