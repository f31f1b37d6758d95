/** Runs a model for the pipeline: on the reference, or on an engine that is prepared once. */
import { SlipwayError } from '../../base/errors.ts'
import type { Value } from '../../base/value.ts'
import type { Engine, Program } from '../../engine/engine.ts'
import type { Graph } from '../../ir/graph.ts'
import { interpret } from '../../reference/interpret.ts'
import { hasExternalData, type OpenModel } from '../open-model.ts'
import { requiredInputs } from './random-inputs.ts'

export type Values = ReadonlyMap<string, Value>

/** Values of one run by name; the outputs of the graph unless others are asked for. */
export type RunValues = (inputs: Values, outputs?: readonly string[]) => Promise<Values>

export interface ReferenceOptions {
  readonly outputs?: readonly string[] | undefined
  readonly rounding?: 'dtype' | 'outputs'
  readonly signal?: AbortSignal | undefined
}

/** Seed of random operators: the same for every engine. */
const operatorSeed = 0

/** What the reference computes. Throws the refusals of operators, and the reason of the signal. */
export function runReference(
  graph: Graph,
  inputs: Values,
  { outputs, rounding = 'dtype', signal }: ReferenceOptions = {},
): Values {
  return interpret(graph, inputs, {
    rounding,
    seed: operatorSeed,
    ...(outputs && { outputs }),
    ...(signal && { checkCancelled: () => signal.throwIfAborted() }),
  })
}

/** Hands a run of the model on an engine to `use`, and gives everything back afterwards. */
export async function withEngine<T>(
  engine: Engine,
  model: OpenModel,
  signal: AbortSignal | undefined,
  use: (run: RunValues) => Promise<T>,
): Promise<T> {
  const graph = model.graph()
  const program =
    engine.prepareFile && !hasExternalData(model)
      ? await engine.prepareFile(model.bytes, graph)
      : await engine.prepare(graph)
  try {
    return await use(withoutMaps(runOf(program, signal), graph))
  } finally {
    await program.dispose()
  }
}

/** Runs that leave out sequences and maps, where an engine cannot return such values. */
function withoutMaps(run: RunValues, graph: Graph): RunValues {
  const isTensor = (name: string) => (graph.types.get(name)?.kind ?? 'tensor') === 'tensor'
  const tensors = graph.outputs.filter(isTensor)
  if (tensors.length === graph.outputs.length) return run
  return async (inputs, outputs) => {
    try {
      return await run(inputs, outputs)
    } catch (error) {
      const isRefused = error instanceof SlipwayError && error.code === 'SLP-S3'
      if (!isRefused || tensors.length === 0) throw error
      return run(inputs, outputs?.filter(isTensor) ?? tensors)
    }
  }
}

/** A graph on an engine, for one run. */
export async function runOnce(engine: Engine, graph: Graph, inputs: Values): Promise<Values> {
  const program = await engine.prepare(graph)
  try {
    return await runOf(program, undefined)(inputs)
  } finally {
    await program.dispose()
  }
}

function runOf(program: Program, signal: AbortSignal | undefined): RunValues {
  return async (inputs, outputs) => {
    const options = { seed: operatorSeed, ...(outputs && { outputs }), ...(signal && { signal }) }
    return (await program.run(inputs, options)).outputs
  }
}

/** The inputs under the names of another graph, by name where all are there, by position otherwise. */
export function inputsFor(graph: Graph, inputs: Values): Values {
  const names = requiredInputs(graph)
  if (names.every((name) => inputs.has(name))) return inputs
  const values = [...inputs.values()]
  return new Map(names.flatMap((name, i) => (values[i] ? [[name, values[i]] as const] : [])))
}
