/** The weights of a model by name, each with its hash: initialisers, and tensors in attributes of nodes. */
import type { Tensor } from '../base/tensor.ts'
import { type Graph, nodeLabel, operatorText, subgraphsOf } from '../ir/graph.ts'
import { sha256OfTensor } from './sha256.ts'

export interface Weight {
  /** The initialiser's name, or `node.attribute`. */
  readonly name: string
  readonly value: Tensor
  /** The first node that reads it, and its operator. */
  readonly node: string | undefined
  readonly operator: string | undefined
}

/** All weights of a graph and of its bodies, in the order of the file. */
export function weightsOf(graph: Graph, prefix = ''): readonly Weight[] {
  const readers = new Map(
    graph.nodes.toReversed().flatMap((node) => node.inputs.map((name) => [name, node] as const)),
  )
  const own = [...graph.constants].map(([name, value]): Weight => {
    const reader = readers.get(name)
    return {
      name: prefix + name,
      value,
      node: reader && nodeLabel(reader),
      operator: reader && operatorText(reader),
    }
  })
  const inNodes = graph.nodes.flatMap((node) => {
    const label = nodeLabel(node)
    const tensors = [...node.attributes].flatMap(([name, attribute]): Weight[] =>
      attribute.kind === 'tensor'
        ? [
            {
              name: `${prefix}${label}.${name}`,
              value: attribute.value,
              node: label,
              operator: operatorText(node),
            },
          ]
        : [],
    )
    const bodies = subgraphsOf(node).flatMap(([name, body]) => weightsOf(body, `${prefix}${label}/${name}/`))
    return [...tensors, ...bodies]
  })
  return [...own, ...inNodes]
}

/** SHA-256 of every weight by its name. */
export async function hashWeights(weights: readonly Weight[]): Promise<ReadonlyMap<string, string>> {
  const hashes = await Promise.all(weights.map(({ value }) => sha256OfTensor(value)))
  return new Map(weights.map(({ name }, i) => [name, hashes[i]!]))
}
