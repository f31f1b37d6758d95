/** Whether the model runs, and where its values stop being finite. */
import { nodeLabel, operatorText } from '../../ir/graph.ts'
import { defineStage, finding, type VerifyFinding, type VerifySubject } from '../define-stage.ts'
import { madeValues } from '../parity/bisect.ts'
import { countNonFinite } from '../parity/distance.ts'
import { randomInputs } from '../parity/random-inputs.ts'
import { runReference, type Values } from '../parity/run-values.ts'

export const finite = defineStage({
  name: 'finite',
  about: 'the model runs on the reference, and its outputs are finite',
  run(subject) {
    const { model, inputs, seed, shapes } = subject
    const graph = model.graph()
    const all = inputs.length > 0 ? inputs : [randomInputs(graph, { seed, batch: 2, shapes })]
    return { findings: all.flatMap((one) => nonFinite(subject, one)) }
  },
})

/** The first node that makes NaN or infinities of finite values, if they reach an output. */
function nonFinite({ model, signal }: VerifySubject, inputs: Values): VerifyFinding[] {
  const graph = model.graph()
  const values = runReference(graph, inputs, { outputs: [...madeValues(graph), ...graph.outputs], signal })
  const output = graph.outputs.find((name) => countNonFinite(values.get(name)!) > 0)
  if (output === undefined) return []
  const known = new Map([...inputs, ...values])
  const isFine = (name: string) => !known.has(name) || countNonFinite(known.get(name)!) === 0
  const first = graph.nodes.find(
    (node) => node.outputs.some((name) => !isFine(name)) && node.inputs.every(isFine),
  )
  const where = first ? `; it begins at node "${nodeLabel(first)}" (${operatorText(first)})` : ''
  const made = finding('SLP-V15', `output "${output}" holds NaN or infinities${where}`, {
    node: first && nodeLabel(first),
    operator: first && operatorText(first),
  })
  // Whoever asks what ails a model wants to know; a pipeline that is given random inputs only remarks on it.
  return [{ ...made, severity: 'error' }]
}
