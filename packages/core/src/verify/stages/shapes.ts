/** Inference over the whole graph: every refusal, and every value whose rank is lost. */
import type { SlipwayError } from '../../base/errors.ts'
import { type Node, nodeLabel, operatorText } from '../../ir/graph.ts'
import { inferGraph } from '../../ops/infer-graph.ts'
import { foldNode } from '../../reference/fold.ts'
import { defineStage, finding, type VerifyFinding } from '../define-stage.ts'

export const shapes = defineStage({
  name: 'shapes',
  about: 'types and shapes follow from the inputs through every operator',
  run({ model }) {
    const graph = model.graph()
    const refusals: VerifyFinding[] = []
    const onRefusal = (error: SlipwayError, node: Node) => {
      refusals.push(finding('SLP-V3', error.message, { node: nodeLabel(node), operator: operatorText(node) }))
    }
    const { unknown, facts } = inferGraph(graph, { fold: foldNode, onRefusal })
    const lost = unknown
      .filter(({ reason }) => reason !== 'operator refused its inputs')
      .map(({ value, node, operator, reason }) =>
        finding('SLP-V4', `value "${value}": ${reason}`, { node, operator }),
      )
    return { findings: [...refusals, ...lost], facts: { values: facts.size, unknown: unknown.length } }
  },
})
