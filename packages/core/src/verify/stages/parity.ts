/** Numbers: every engine against the reference, and the model against the other model. */
import { SlipwayError } from '../../base/errors.ts'
import type { Value } from '../../base/value.ts'
import type { Graph } from '../../ir/graph.ts'
import { tryFindOp } from '../../ops/registry.ts'
import {
  defineStage,
  finding,
  type StageOutcome,
  type VerifyFinding,
  type VerifySubject,
} from '../define-stage.ts'
import { comparesEngine } from '../parity/compare-engine.ts'
import { comparesModel } from '../parity/compare-model.ts'
import { countNonFinite, distance } from '../parity/distance.ts'
import type { ParityCase } from '../parity/parity-case.ts'
import { randomInputs } from '../parity/random-inputs.ts'
import { runReference, type Values } from '../parity/run-values.ts'

export const parity = defineStage({
  name: 'parity',
  about: 'engines compute what the reference computes, and the model what the other model computes',
  async run(subject) {
    const cases = tryCases(subject)
    if (!Array.isArray(cases)) return { findings: [cases] }
    const outcomes: StageOutcome[] = [{ findings: remarks(subject, cases) }]
    for (const engine of subject.engines) outcomes.push(await comparesEngine(subject, engine, cases))
    if (subject.other) outcomes.push(await comparesModel(subject, subject.other, cases))
    return {
      findings: outcomes.flatMap(({ findings }) => findings),
      cases: outcomes.flatMap((outcome) => outcome.cases ?? []),
      facts: {
        seed: subject.seed,
        cases: cases.map(({ name, noise }) => ({ name, noise: Object.fromEntries(noise) })),
        comparisons: outcomes.flatMap(({ facts }) => facts?.['comparisons'] ?? []),
      },
    }
  },
})

/** Random inputs need not be what the model takes. */
function tryCases(subject: VerifySubject): ParityCase[] | VerifyFinding {
  try {
    return casesOf(subject)
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error
    const { node, operator } = error.details
    return finding('SLP-V14', `the reference: ${error.message}`, { node, operator })
  }
}

function casesOf({ model, seed, cases, inputs, shapes, signal }: VerifySubject): ParityCase[] {
  const graph = model.graph()
  const random = Array.from({ length: cases }, (_, i) => ({
    name: `seed ${seed + i}`,
    inputs: randomInputs(graph, { seed: seed + i, batch: 2, shapes }),
  }))
  const given = inputs.map((values, i) => ({ name: `given ${i + 1}`, inputs: values }))
  return [...given, ...random].map(({ name, inputs: values }) => {
    const expected = runReference(graph, values, { signal })
    const exact = runReference(graph, values, { signal, rounding: 'outputs' })
    return { name, inputs: values, expected, noise: noiseOf(expected, exact) }
  })
}

function noiseOf(expected: Values, exact: Values): ReadonlyMap<string, number> {
  return new Map(
    [...expected].map(([name, value]) => {
      const found = distance(value, exact.get(name)!)
      return [name, typeof found === 'string' ? 0 : found.relativeL2]
    }),
  )
}

function remarks({ model }: VerifySubject, cases: readonly ParityCase[]): VerifyFinding[] {
  const outputs = cases.flatMap(({ name, expected }) =>
    [...expected].flatMap(([output, value]) => nonFinite(output, value, name)),
  )
  return [...outputs, ...randomNodes(model.graph())]
}

function nonFinite(output: string, value: Value, name: string): VerifyFinding[] {
  const count = countNonFinite(value)
  if (count === 0) return []
  return [finding('SLP-V15', `output "${output}" has ${count} elements that are NaN or infinite (${name})`)]
}

function randomNodes(graph: Graph): VerifyFinding[] {
  const random = graph.nodes.filter((node) => tryFindOp(node.domain, node.op)?.traits.has('random'))
  return random.slice(0, 1).map(({ name, op }) =>
    finding('SLP-V16', `${random.length} nodes draw random numbers, such as "${name}" (${op})`, {
      node: name,
      operator: op,
    }),
  )
}
