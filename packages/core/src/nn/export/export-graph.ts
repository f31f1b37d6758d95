/** The graph that a trained function computes, with the values of its variables as constants. */

import { sourceKey } from '../../autodiff/source.ts'
import type { Dim } from '../../base/dim.ts'
import { symbol } from '../../base/dim.ts'
import { SlipwayError } from '../../base/errors.ts'
import type { Tensor as HostTensor } from '../../base/tensor.ts'
import { type TensorType, tensorType } from '../../base/value.ts'
import type { Graph, Node } from '../../ir/graph.ts'
import { annotateTypes } from '../../ops/annotate.ts'
import { defaultPasses, optimize } from '../../passes/index.ts'
import { type AnyModule, isModule } from '../module.ts'
import type { Cell } from '../tensor/origin.ts'
import type { Tensor } from '../tensor/tensor.ts'
import { toGraph } from '../tensor/to-graph.ts'
import { inputName, type TracedFunction, traceFunction } from '../trace-function.ts'
import { leavesOf } from '../tree.ts'
import { type VariableCell, withVariables } from '../variable-cell.ts'

/** Names of axes whose sizes may differ from those of the example, by the names of inputs. */
export type DynamicAxes = Readonly<Record<string, Readonly<Record<number, string>>>>

export interface ExportOptions {
  /** Of the graph; the function's own unless given. */
  readonly name?: string
  /** Names of the inputs in order; of the arguments unless given: `x` of `{ x }`, `arg0` of a single tensor. */
  readonly inputNames?: readonly string[]
  /** Names of the outputs in order; `output` and the names of fields unless given. */
  readonly outputNames?: readonly string[]
  /** `{ x: { 0: 'batch' } }`: the first axis of x may have any size. */
  readonly dynamicAxes?: DynamicAxes
  /** Modules that the function uses, where it is not one itself: they are exported as they are after training. */
  readonly modules?: readonly AnyModule[]
}

/**
 * Traces a function or a module on example arguments, as it is when it is not being trained. The types of all values are
 * declared.
 *
 * @throws SLP-T4 where it needs random numbers or assigns variables though its modules are not being trained, SLP-S1 for
 * dynamic axes of an input that it does not have.
 */
export async function exportGraph<A extends unknown[]>(
  fn: (...args: A) => unknown,
  args: A,
  options: ExportOptions = {},
): Promise<Graph> {
  const name = options.name ?? (isModule(fn) ? fn.type : fn.name || 'model')
  const modules = [...(options.modules ?? []), ...(isModule(fn) ? [fn] : [])]
  const { inputNames, outputNames } = options
  const typeOf = typesFor(args, options)
  const traced = outsideTraining(
    modules,
    () => traceFunction(fn as (...args: never) => unknown, args, { name, typeOf, inputNames }), // with these arguments
  )
  assertPlain(traced)
  const values = await valuesOf(traced.outputs)
  const { graph } = toGraph(traced.outputs, {
    name,
    inputs: traced.inputs.slice(0, -1),
    outputNames: outputNames ?? namesOf(traced.result),
    constantOf: (variable) => values.get(variable),
  })
  return annotateTypes(cleaned({ ...graph, nodes: graph.nodes.map(withoutSource) }))
}

function outsideTraining<T>(modules: readonly AnyModule[], run: () => T): T {
  const before = modules
    .flatMap((one) => [...one.namedModules().values()])
    .map((one) => [one, one.training] as const)
  for (const [one] of before) one.training = false
  try {
    return run()
  } finally {
    for (const [one, training] of before) one.training = training
  }
}

function typesFor(args: readonly unknown[], { dynamicAxes = {}, inputNames }: ExportOptions) {
  const names = leavesOf(args).map(({ path }, i) => [path, inputNames?.[i] ?? inputName(path)] as const)
  const known = new Map(names)
  for (const input of Object.keys(dynamicAxes)) {
    if (names.some(([, name]) => name === input)) continue
    const got = names.map(([, name]) => name).join(', ')
    throw new SlipwayError(
      'SLP-S1',
      `Cannot export: dynamic axes must be those of an input, got "${input}" beside ${got}`,
    )
  }
  return (path: string, { dtype, dims }: Tensor): TensorType => {
    const axes = dynamicAxes[known.get(path)!] ?? {}
    return tensorType(
      dtype,
      dims.map((size, axis): Dim => (axes[axis] === undefined ? size : symbol(axes[axis]))),
    )
  }
}

/** What is exported gives the same for the same inputs, and changes nothing. */
function assertPlain({ name, outputs, inputs, assignments }: TracedFunction<unknown>): void {
  const key = inputs.at(-1)!
  const isRandom = toGraph(outputs).nameOf(key) !== undefined
  if (!isRandom && assignments.size === 0) return
  const got = isRandom ? 'random numbers' : `an assignment to "${[...assignments.keys()][0]!.name}"`
  throw new SlipwayError(
    'SLP-T4',
    `Cannot export "${name}": it must be as it is after training, got ${got}`,
    {
      remedy: 'Name its modules in `modules`.',
    },
  )
}

async function valuesOf(outputs: readonly Cell[]): Promise<ReadonlyMap<VariableCell, HostTensor>> {
  const cells = [...toGraph(outputs).variables.values()]
  const values = await withVariables(cells, () =>
    Promise.all(cells.map(async (cell) => [cell, await cell.home.read()] as const)),
  )
  return new Map(values)
}

/** `output` for a single tensor, and what fields are called. */
function namesOf(result: unknown): readonly string[] {
  return leavesOf(result).map(({ path }) => path || 'output')
}

function withoutSource(node: Node): Node {
  if (!node.metadata?.has(sourceKey)) return node
  const metadata = new Map([...node.metadata].filter(([key]) => key !== sourceKey))
  return { ...node, metadata: metadata.size > 0 ? metadata : undefined }
}

/** What only training needs goes: operators of this project become standard ones, and those that do nothing go. */
function cleaned(graph: Graph): Graph {
  const passes = defaultPasses.filter(({ name }) => cleaning.has(name))
  return optimize(graph, { passes }).graph
}

const cleaning: ReadonlySet<string> = new Set([
  'stop-gradient',
  'identity',
  'dead-code',
  'common-subexpression',
])
