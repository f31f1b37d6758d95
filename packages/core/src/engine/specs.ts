/** What a graph takes and gives, by name and type. */
import type { ValueType } from '../base/value.ts'
import type { Graph } from '../ir/graph.ts'
import { inferGraph } from '../ops/infer-graph.ts'
import type { InputSpec } from './inputs.ts'

/** An output of a model; the type is absent where neither the model nor inference knows it. */
export interface OutputSpec {
  readonly name: string
  readonly type: ValueType | undefined
}

export function inputSpecs({ inputs, types, constants }: Graph): InputSpec[] {
  return inputs.map((name) => ({ name, type: types.get(name), required: !constants.has(name) }))
}

export function outputSpecs(graph: Graph): OutputSpec[] {
  const { outputs, types } = graph
  if (outputs.every((name) => types.has(name)))
    return outputs.map((name) => ({ name, type: types.get(name) }))
  // A model with a wrong node still opens: running it names the node.
  const { facts } = inferGraph(graph, { onRefusal: () => {} })
  return outputs.map((name) => ({ name, type: types.get(name) ?? facts.get(name)?.type }))
}
