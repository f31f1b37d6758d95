/**
 * A graph ready to run on a machine: optimised, with its default inputs as constants. A run that gives such an input,
 * or asks for a value that the optimiser removed, gets an executor of its own.
 */

import { SlipwayError } from '../../base/errors.ts'
import type { Tensor } from '../../base/tensor.ts'
import type { Value } from '../../base/value.ts'
import type { Graph, Node } from '../../ir/graph.ts'
import { freezeDefaults } from '../../passes/index.ts'
import { type GraphRunner, prepareGraph } from '../../reference/interpret.ts'
import { writeInto } from '../into.ts'
import { type ExecuteRequest, type Executor, type ExecutorOptions, openExecutor } from './executor.ts'
import type { TensorPlace } from './held.ts'
import type { Machine } from './machine.ts'
import { moveInto, openState, type State, type StateNames } from './state.ts'
import { readTensor } from './tensors.ts'

export interface ModelOptions extends ExecutorOptions {
  /** Rewrites a graph without changing what it computes. */
  optimize(graph: Graph): Graph
  /** Inputs that take the values of outputs after each run. */
  readonly state?: StateNames | undefined
}

export interface Model {
  /** @throws SLP-S2 for a missing input, SLP-S5 for an unknown output, and the refusals of the operators. */
  run(request: ExecuteRequest): Map<string, Value>
  /** What it keeps from run to run. */
  readonly state: State
  fallbacks(): ReadonlyMap<Node, string>
  arena(): { readonly sizeBytes: number; readonly lowerBoundBytes: number }
}

export function openModel(machine: Machine, graph: Graph, options: ModelOptions): Model {
  const variants = new Map<string, Variant>()
  let judge: GraphRunner | undefined
  const required = graph.inputs.filter((name) => !graph.constants.has(name))
  const defaults = graph.inputs.filter((name) => graph.constants.has(name))
  const variantOf = (request: ExecuteRequest): Variant => {
    const { outputs, keep = new Map() } = request
    const given = defaults.filter((name) => isGiven(request, name))
    const main = ensure(given, true)
    return [...outputs, ...keep.keys()].every((name) => main.values.has(name)) ? main : ensure(given, false)
  }
  const ensure = (given: readonly string[], isOptimized: boolean): Variant => {
    const key = `${isOptimized}:${given}`
    const known = variants.get(key)
    if (known) return known
    const closed = closeDefaults(graph, new Set(given))
    const variant = openVariant(machine, isOptimized ? options.optimize(closed) : closed, options)
    variants.set(key, variant)
    return variant
  }
  const state = openState(machine, options.state ?? new Map())
  return {
    state,
    run(given) {
      const request = options.state ? withState(given, state, options.state) : given
      const missing = required.find((name) => !isGiven(request, name))
      if (missing !== undefined)
        throw new SlipwayError(
          'SLP-S2',
          `Cannot run graph "${graph.name}": input "${missing}" must be given, got nothing`,
        )
      try {
        return variantOf(request).executor.run(request)
      } catch (error) {
        if (!isTrap(error)) throw error
        machine.recover()
        judge ??= prepareGraph(graph)
        return runJudge(judge, machine, options, request)
      }
    },
    fallbacks: () => new Map([...variants.values()].flatMap(({ executor }) => [...executor.fallbacks])),
    arena: () =>
      [...variants.values()]
        .map(({ executor }) => executor.arena())
        .reduce((a, b) => (b.sizeBytes > a.sizeBytes ? b : a), { sizeBytes: 0, lowerBoundBytes: 0 }),
  }
}

/** Without a trap: the reference kernels say what is wrong with the values, or show that nothing is. */
function runJudge(
  judge: GraphRunner,
  { bytes }: Machine,
  { limits, checkCancelled }: ModelOptions,
  { inputs: own, placed = new Map(), outputs, keep = new Map(), seed, into = {} }: ExecuteRequest,
): Map<string, Value> {
  const inputs = new Map(own)
  for (const [name, { address, dtype, shape }] of placed)
    inputs.set(name, readTensor(bytes(), address, dtype, shape))
  const results = judge(inputs, {
    outputs: [...new Set([...outputs, ...keep.keys()])],
    checkCancelled,
    ...(seed !== undefined && { seed }),
    ...(limits && { limits }),
  })
  const moves = [...keep].flatMap(
    ([name, places]) => places.map((to: TensorPlace) => ({ from: results.get(name) as Tensor, to })), // what is kept is a tensor
  )
  moveInto(bytes, moves)
  for (const [name, target] of Object.entries(into))
    results.set(name, writeInto(name, results.get(name)!, target))
  return new Map(outputs.map((name) => [name, results.get(name)!]))
}

/** The request with what is kept in its place; state that the caller gives is kept from now on. */
function withState(request: ExecuteRequest, state: State, names: StateNames): ExecuteRequest {
  const inputs = new Map(request.inputs)
  const placed = new Map(request.placed)
  for (const name of names.keys()) {
    const given = placed.get(name) ?? inputs.get(name)
    if (given) state.write(name, given)
    inputs.delete(name)
    placed.set(name, state.placeOf(name))
  }
  return { ...request, inputs, placed, keep: state.targets() }
}

const isGiven = ({ inputs, placed }: ExecuteRequest, name: string): boolean =>
  inputs.has(name) || placed?.has(name) === true

interface Variant {
  readonly executor: Executor
  /** Names that it can return. */
  readonly values: ReadonlySet<string>
}

function openVariant(machine: Machine, graph: Graph, options: ExecutorOptions): Variant {
  const values = new Set([
    ...graph.inputs,
    ...graph.constants.keys(),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ])
  return { executor: openExecutor(machine, graph, options), values }
}

/** Defaults that are not given are constants and no inputs; given ones are inputs and no constants. */
function closeDefaults(graph: Graph, given: ReadonlySet<string>): Graph {
  const constants = new Map([...graph.constants].filter(([name]) => !given.has(name)))
  return freezeDefaults({ ...graph, constants })
}

/**
 * True for the traps by which kernels refuse values: an index out of range, a division by zero. The names are those of
 * the error that engines throw, whatever realm made it. Other traps are faults of a kernel.
 */
function isTrap(error: unknown): boolean {
  return (
    error instanceof Error &&
    error.name === 'RuntimeError' &&
    /unreachable|divide by zero|integer overflow/.test(error.message)
  )
}
