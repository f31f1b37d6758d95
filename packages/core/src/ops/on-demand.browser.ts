/** The operators of the folders below this one, as a file of their own that a page loads when a model uses them. */
import { type OperatorTable, operatorTable } from './operator-table.ts'

// Stands for the module below once it is loaded: a loader keeps modules too, but hands them out as promises only.
let table: OperatorTable | undefined

/** The operators, or undefined where they are not loaded yet. */
export function onDemand(): OperatorTable | undefined {
  return table
}

/** Loads the operators; may be called again. */
export async function loadOnDemand(): Promise<void> {
  table ??= operatorTable((await import('./on-demand.gen.ts')).definitions)
}
