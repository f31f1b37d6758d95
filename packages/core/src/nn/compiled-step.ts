/** A traced function as a program that runs: its variables are brought to it, and stay until others need them. */
import type { Tensor as HostTensor } from '../base/tensor.ts'
import type { Value } from '../base/value.ts'
import type { Engine, EngineReport, NodeProfile, PrepareOptions, Program } from '../engine/engine.ts'
import type { Graph } from '../ir/graph.ts'
import type { Cell } from './tensor/origin.ts'
import { toGraph } from './tensor/to-graph.ts'
import type { TracedFunction } from './trace-function.ts'
import { currentOf } from './variable.ts'
import { hostHome, type VariableCell, withVariables } from './variable-cell.ts'

export interface StepResult {
  /** In the order of the function's outputs. */
  readonly outputs: readonly HostTensor[]
  readonly profile: readonly NodeProfile[] | undefined
}

export interface Step {
  readonly graph: Graph
  /** Runs it on values of its inputs, in order. */
  run(
    values: readonly HostTensor[],
    options: { readonly seed: number; readonly profile: boolean },
  ): Promise<StepResult>
  report(): EngineReport
  /** Takes the variables home and ends the program. */
  close(): Promise<void>
}

export async function openStep(
  traced: TracedFunction<unknown>,
  engine: Engine,
  options: PrepareOptions,
): Promise<Step> {
  const plan = planOf(traced)
  const { graph, variables, state, inputNames, outputNames, updated } = plan
  const program = await engine.prepare(graph, { ...options, workers: 1, ...(state.size > 0 && { state }) })
  const cells = [...variables.values()]
  /** The versions that lie in the program. */
  const held = new Map<VariableCell, number>()
  const bring = async () => {
    const late = [...variables].filter(([, cell]) => held.get(cell) !== cell.version)
    if (late.length === 0) return
    const values = late.map(
      async ([name, cell]): Promise<readonly [string, Value]> => [name, await cell.home.read()],
    )
    await program.state!.write(new Map(await Promise.all(values)))
    for (const [, cell] of late) held.set(cell, cell.version)
  }
  const homes = new Map([...variables].map(([name, cell]) => [cell, homeIn(program, name)]))
  const settle = () => {
    for (const cell of updated) {
      // Who sets a variable while the program runs comes later than the program.
      if (cell.version !== held.get(cell)) continue
      cell.version += 1
      cell.home = homes.get(cell)!
      cell.current = undefined
      held.set(cell, cell.version)
    }
  }
  return {
    graph,
    run: (values, { seed, profile }) =>
      withVariables(cells, async () => {
        await bring()
        const inputs = new Map(inputNames.map((name, i) => [name, values[i] as Value])) // a tensor is a value
        const { outputs, profile: nodes } = await program.run(inputs, {
          seed,
          profile,
          outputs: [...new Set(outputNames)],
        })
        settle()
        return { outputs: outputNames.map((name) => outputs.get(name) as HostTensor), profile: nodes } // functions give tensors
      }),
    report: () => program.report(),
    close: () =>
      withVariables(cells, async () => {
        for (const cell of cells)
          if (cell.home === homes.get(cell)) cell.home = hostHome(await cell.home.read())
        await program.dispose()
      }),
  }
}

interface Plan {
  readonly graph: Graph
  /** Variables that the program holds, by the names of its inputs. */
  readonly variables: ReadonlyMap<string, VariableCell>
  readonly updated: readonly VariableCell[]
  readonly state: ReadonlyMap<string, string>
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
}

function planOf({ name, inputs, outputs, assignments }: TracedFunction<unknown>): Plan {
  const updated = [...assignments.keys()]
  // A variable that is written and never read must be an input too, so that it has a place.
  const written = updated.map((cell): Cell => currentOf(cell))
  const traced = toGraph([...outputs, ...assignments.values()], { name, inputs: [...inputs, ...written] })
  const nameOf = (cell: Cell) => traced.nameOf(cell)!
  const state = new Map<string, string>()
  for (const [input, variable] of traced.variables) {
    const next = assignments.get(variable)
    state.set(input, next ? nameOf(next) : input)
  }
  const outputNames = outputs.map(nameOf)
  return {
    graph: { ...traced.graph, outputs: [...new Set([...outputNames, ...state.values()])] },
    variables: traced.variables,
    updated,
    state,
    inputNames: inputs.map(nameOf),
    outputNames,
  }
}

function homeIn(program: Program, name: string) {
  return {
    async read(): Promise<HostTensor> {
      const values = await program.state!.read([name])
      return values.get(name) as HostTensor // state is tensors
    },
  }
}
