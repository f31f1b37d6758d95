/** Computes tensors outside of compiled functions: their graph is compiled for this thread and run. */
import { SlipwayError } from '../../base/errors.ts'
import type { Tensor as HostTensor } from '../../base/tensor.ts'
import type { Value } from '../../base/value.ts'
import { compileGraph } from '../../engine/wasm/compile.ts'
import { withVariables } from '../variable-cell.ts'
import type { Cell } from './origin.ts'
import { type TracedGraph, toGraph } from './to-graph.ts'

/**
 * Makes cells hold their values.
 *
 * @throws SLP-T2 for a value of a function that is being compiled, SLP-T3 where a variable that was used has changed.
 */
export async function realize(cells: readonly Cell[]): Promise<readonly HostTensor[]> {
  for (const { trace } of cells) {
    if (!trace) continue
    throw new SlipwayError(
      'SLP-T2',
      `Cannot read a tensor: it has no value while "${trace.name}" is compiled`,
      {
        remedy: 'Return it from the function, and read what the call gives.',
      },
    )
  }
  const open = cells.filter(({ origin }) => origin.kind !== 'data')
  if (open.length > 0) {
    const traced = toGraph(open)
    const variables = [...traced.variables.values()]
    await withVariables(variables, () => compute(traced, open))
  }
  return cells.map(({ origin }) => (origin as Extract<Cell['origin'], { kind: 'data' }>).value) // as was just made sure
}

async function compute({ graph, variables, cells }: TracedGraph, open: readonly Cell[]): Promise<void> {
  const inputs = new Map<string, Value>()
  for (const [name, variable] of variables) {
    const { origin } = cells.get(name)!
    if (origin.kind === 'variable' && origin.version !== variable.version) {
      const rule = 'a tensor must be read before its variables change'
      throw new SlipwayError('SLP-T3', `Cannot read a tensor: ${rule}, got a new value of "${variable.name}"`)
    }
    inputs.set(name, await variable.home.read())
  }
  const results = compileGraph(graph).run(inputs)
  open.forEach((cell, i) => {
    const value = results.get(graph.outputs[i]!)!
    if (value.kind === 'tensor') cell.origin = { kind: 'data', value }
  })
}
