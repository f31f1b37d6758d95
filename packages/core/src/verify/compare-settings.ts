/** Nodes of two graphs of one structure whose settings differ: attributes, and small integers that stand for them. */
import { type Graph, type Node, nodeLabel, operatorText, subgraphsOf } from '../ir/graph.ts'
import { attributeText } from '../ir/print.ts'
import { printTensor } from '../ir/print-tensor.ts'
import { canonicalNodes, isSetting } from './signature.ts'

export interface SettingDifference {
  readonly node: string
  readonly operator: string
  /** The name of an attribute, or `input 1`. */
  readonly setting: string
  /** As text; 'absent' where the node does not have it. */
  readonly got: string
  readonly expected: string
}

/** All differences, in the order in which the outputs reach the nodes. The structures must be equal. */
export function compareSettings(graph: Graph, expected: Graph): readonly SettingDifference[] {
  const theirs = canonicalNodes(expected)
  return canonicalNodes(graph).flatMap((node, i) => {
    const other = theirs[i]
    return other ? compareNodes(node, graph, other, expected) : []
  })
}

function compareNodes(node: Node, graph: Graph, other: Node, expected: Graph): SettingDifference[] {
  const [ours, theirs] = [settingsOf(node, graph), settingsOf(other, expected)]
  const own = [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((setting) => {
    const [got = 'absent', wanted = 'absent'] = [ours.get(setting), theirs.get(setting)]
    const where = { node: nodeLabel(node), operator: operatorText(node) }
    return got === wanted ? [] : [{ ...where, setting, got, expected: wanted }]
  })
  const bodies = new Map(subgraphsOf(other))
  const inner = subgraphsOf(node).flatMap(([name, body]) => {
    const counterpart = bodies.get(name)
    return counterpart ? compareSettings(body, counterpart) : []
  })
  return [...own, ...inner]
}

function settingsOf({ attributes, inputs }: Node, { constants }: Graph): ReadonlyMap<string, string> {
  const settings = new Map<string, string>()
  for (const [name, attribute] of attributes) {
    if (attribute.kind !== 'graph' && attribute.kind !== 'graphs')
      settings.set(name, attributeText(attribute, '', { large: 'elide' }))
  }
  inputs.forEach((name, i) => {
    const value = constants.get(name)
    if (value && isSetting(value)) settings.set(`input ${i}`, printTensor(value))
  })
  return settings
}
