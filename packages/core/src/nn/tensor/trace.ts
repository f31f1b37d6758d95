/** A function while it is traced: what is assigned in it, and the random numbers that it draws. */
import { SlipwayError } from '../../base/errors.ts'
import type { VariableCell } from '../variable-cell.ts'
import type { Cell } from './origin.ts'

export interface Trace {
  /** What the function is called in messages. */
  readonly name: string
  /** The values that variables take once the function has run. */
  readonly assignments: Map<VariableCell, Cell>
  /** The seed and the number of the call, int64[2]: the key of all random numbers of a call. */
  readonly key: Cell
  /** A number for the next place that draws random numbers. */
  nextStream(): number
}

/** The trace that values belong to. Throws SLP-T1 where they belong to different ones. */
export function traceOf(cells: readonly (Cell | undefined)[]): Trace | undefined {
  let found: Trace | undefined
  for (const cell of cells) {
    if (!cell?.trace || cell.trace === found) continue
    if (found) {
      const rule = 'all its tensors must belong to one compiled function'
      throw new SlipwayError(
        'SLP-T1',
        `Cannot combine tensors: ${rule}, got "${found.name}" and "${cell.trace.name}"`,
      )
    }
    found = cell.trace
  }
  return found
}
