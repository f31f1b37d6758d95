/** One case of the parity stage. */
import type { Values } from './run-values.ts'

/** Inputs, and what the reference makes of them. */
export interface ParityCase {
  readonly name: string
  readonly inputs: Values
  readonly expected: Values
  /** Relative L2 between the reference and the same in float64, by output: what rounding alone does. */
  readonly noise: ReadonlyMap<string, number>
}
