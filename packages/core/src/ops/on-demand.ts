/**
 * The operators of the folders below this one: domains beyond ai.onnx, and what few models use. They are at hand from
 * the start here; browsers take `on-demand.browser.ts` instead.
 */
import { definitions } from './on-demand.gen.ts'
import { type OperatorTable, operatorTable } from './operator-table.ts'

const table = operatorTable(definitions)

/** The operators, or undefined where they are not loaded yet. */
export function onDemand(): OperatorTable | undefined {
  return table
}

/** Loads the operators; may be called again. */
export async function loadOnDemand(): Promise<void> {}
