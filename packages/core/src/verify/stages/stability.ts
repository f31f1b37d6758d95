/** Optimising the optimised graph changes nothing, and optimising again from the start gives the same text. */
import { diffGraphs } from '../../ir/diff.ts'
import type { Graph } from '../../ir/graph.ts'
import { printGraph } from '../../ir/print.ts'
import { freezeDefaults } from '../../passes/freeze-defaults.ts'
import { optimize } from '../../passes/pipeline.ts'
import { defaultPasses } from '../../passes/registry.ts'
import { defineStage, finding, type VerifyFinding } from '../define-stage.ts'

export const stability = defineStage({
  name: 'stability',
  about: 'optimising twice gives what optimising once gives',
  run({ model }) {
    const graph = freezeDefaults(model.graph())
    const first = optimize(graph)
    const findings: VerifyFinding[] = []
    if (!first.settled) findings.push(finding('SLP-V8', 'the rewrites did not settle within their limits'))
    const second = optimize(first.graph)
    if (second.graph !== first.graph) {
      const changed = diffGraphs(first.graph, second.graph).split('\n').slice(0, 6).join('; ')
      findings.push(
        finding(
          'SLP-V8',
          `a second pass changes the graph by ${[...second.fired.keys()].join(', ')}: ${changed}`,
        ),
      )
    }
    if (textOf(optimize(graph).graph) !== textOf(first.graph))
      findings.push(finding('SLP-V8', 'optimising again from the start gives another graph'))
    return {
      findings,
      facts: {
        nodesBefore: graph.nodes.length,
        nodesAfter: first.graph.nodes.length,
        fired: Object.fromEntries(first.fired),
        notFired: defaultPasses.map(({ name }) => name).filter((name) => !first.fired.has(name)),
      },
    }
  },
})

/** Large tensors as their hashes. */
const textOf = (graph: Graph): string => printGraph(graph, { large: 'elide' })
