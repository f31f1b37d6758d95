/** Arithmetic on float64 vectors for tests of optimisers. */

export type Vector = readonly number[]
/** The value that a variable has after a step, by the formula of PyTorch's documentation, in float64. */
export type Formula = (
  p: Vector,
  g: Vector,
  t: number,
  slot: (name: string) => number[],
  isMatrix: boolean,
) => Vector

export const norm = (x: Vector) => Math.sqrt(x.reduce((sum, one) => sum + one * one, 0))
export const zip = (a: Vector, b: Vector, f: (a: number, b: number, i: number) => number) =>
  a.map((one, i) => f(one, b[i]!, i))

/** Newton and Schulz's iteration as Muon has it, of a matrix with no more rows than columns. */
export function orthogonal(x: Vector, [rows, columns]: readonly [number, number]): Vector {
  let now = x.map((one) => one / (norm(x) + 1e-7))
  const product = (a: Vector, b: Vector, [n, k, m]: readonly [number, number, number]) =>
    Array.from({ length: n * m }, (_, at) => {
      let sum = 0
      for (let i = 0; i < k; i++) sum += a[Math.floor(at / m) * k + i]! * b[i * m + (at % m)]!
      return sum
    })
  const transposed = (a: Vector) =>
    Array.from({ length: rows * columns }, (_, at) => a[(at % rows) * columns + Math.floor(at / rows)]!)
  for (let i = 0; i < 5; i++) {
    const gram = product(now, transposed(now), [rows, columns, rows])
    const bend = zip(gram, product(gram, gram, [rows, rows, rows]), (a, b) => -4.775 * a + 2.0315 * b)
    now = zip(now, product(bend, now, [rows, rows, columns]), (a, b) => 3.4445 * a + b)
  }
  return now
}
