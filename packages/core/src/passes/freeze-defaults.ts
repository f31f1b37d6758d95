/** Graph inputs with a default that nobody will replace. */
import type { Graph } from '../ir/graph.ts'

/**
 * The same graph without the inputs that have a default, whose values thereby become constants that rewrites may use.
 * Models of IR version 3 and before had to list every weight as an input.
 */
export function freezeDefaults(graph: Graph): Graph {
  const inputs = graph.inputs.filter((name) => !graph.constants.has(name))
  return inputs.length === graph.inputs.length ? graph : { ...graph, inputs }
}
