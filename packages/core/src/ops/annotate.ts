/** Writes what inference finds into a graph's types, for printing and for the stages that plan by them. */
import type { Graph } from '../ir/graph.ts'
import { type InferOptions, inferGraph } from './infer-graph.ts'

/** The same graph with the inferred type of every value that has one. Throws the refusals of operators. */
export function annotateTypes(graph: Graph, options: InferOptions = {}): Graph {
  const { facts } = inferGraph(graph, options)
  const own = new Set([
    ...graph.inputs,
    ...graph.constants.keys(),
    ...graph.nodes.flatMap(({ outputs }) => outputs),
  ])
  const inferred = [...facts]
    .filter(([name]) => own.has(name))
    .map(([name, { type }]) => [name, type] as const)
  return { ...graph, types: new Map([...graph.types, ...inferred]) }
}
