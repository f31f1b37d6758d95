/** Whether the optimised graph still computes the same, and which rewrite is to blame if not. */
import type { Graph } from '../../ir/graph.ts'
import { freezeDefaults } from '../../passes/freeze-defaults.ts'
import { optimize } from '../../passes/pipeline.ts'
import { defineStage, finding } from '../define-stage.ts'
import { compareOutputs } from '../parity/comparison.ts'
import { randomInputs } from '../parity/random-inputs.ts'
import { runReference, type Values } from '../parity/run-values.ts'

export const rewrites = defineStage({
  name: 'rewrites',
  about: 'no rewrite of the optimiser changes what the model computes',
  run({ model, inputs: given, seed, shapes, signal }) {
    const graph = freezeDefaults(model.graph())
    const inputs = given[0] ?? randomInputs(graph, { seed, batch: 2, shapes })
    const expected = runReference(graph, inputs, { signal })
    const steps: { readonly rule: string; readonly graph: Graph }[] = []
    const { graph: final } = optimize(graph, {
      onPass: ({ pass, graph: after, isBody }) => {
        if (!isBody) steps.push({ rule: pass.name, graph: after })
      },
    })
    const off = (after: Graph) => firstOff(runReference(after, inputs, { signal }), expected)
    const wrong = off(final)
    const facts = { steps: steps.length }
    if (!wrong) return { findings: [], facts }
    const first = bisect(steps, (step) => off(step.graph) !== undefined)
    const rule = first ? `rewrite "${first.rule}"` : 'a rewrite of a body'
    return { findings: [finding('SLP-V8', `${rule} changes output "${wrong.output}": ${wrong.text}`)], facts }
  },
})

function firstOff(got: Values, expected: Values) {
  return compareOutputs('optimised', '', got, { expected, noise: new Map() }).find(({ ok }) => !ok)
}

/** The first step that is wrong, where all before it are right and all after it are wrong. */
function bisect<T>(steps: readonly T[], isWrong: (step: T) => boolean): T | undefined {
  let [low, high] = [0, steps.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if (isWrong(steps[middle]!)) high = middle
    else low = middle + 1
  }
  return steps[low]
}
