/** The model against the other model, both on the reference. */
import { SlipwayError } from '../../base/errors.ts'
import { type Graph, type Node, nodeLabel, operatorText } from '../../ir/graph.ts'
import { finding, type StageOutcome, type VerifyFinding, type VerifySubject } from '../define-stage.ts'
import type { OpenModel } from '../open-model.ts'
import { alignValues } from './align-values.ts'
import { type Divergence, firstDivergence, madeValues } from './bisect.ts'
import { type Comparison, compareOutputs, distanceText } from './comparison.ts'
import { type FailingCase, failingCase } from './failing-case.ts'
import type { ParityCase } from './parity-case.ts'
import { inputsFor, runReference, type Values } from './run-values.ts'

/** Findings for every output that is too far off, with the first node of the model that differs. */
export async function comparesModel(
  subject: VerifySubject,
  other: OpenModel,
  cases: readonly ParityCase[],
): Promise<StageOutcome> {
  const graph = subject.model.graph()
  const comparisons: Comparison[] = []
  const findings: VerifyFinding[] = []
  const failing: FailingCase[] = []
  const position = new Map(graph.outputs.map((name, i) => [name, other.graph().outputs[i] ?? name]))
  for (const one of cases) {
    const theirs = tryReference(other, inputsFor(other.graph(), one.inputs), subject.signal)
    if (theirs instanceof SlipwayError) {
      findings.push(finding('SLP-V14', `${other.label}: ${theirs.message}`, { node: theirs.details.node }))
      break
    }
    const named = (output: string) => (theirs.has(output) ? output : position.get(output)!)
    const compared = compareOutputs(other.label, one.name, theirs, one, named)
    comparisons.push(...compared)
    const wrong = compared.filter(({ ok }) => !ok)
    if (wrong.length === 0 || findings.length > 0) continue
    const found = locate(subject, other, one, wrong[0]!.output)
    findings.push(...wrong.map((each) => describe(each, subject.model, other, found)))
    if (found) failing.push(...(await smallest(graph, found)))
  }
  return { findings, cases: failing, facts: { comparisons } }
}

function tryReference(
  { graph }: OpenModel,
  inputs: Values,
  signal: AbortSignal | undefined,
): Values | SlipwayError {
  try {
    return runReference(graph(), inputs, { signal })
  } catch (error) {
    if (error instanceof SlipwayError) return error
    throw error
  }
}

interface ModelDivergence extends Divergence {
  /** What the two models make of one input, under the names of the first. */
  readonly own: Values
  readonly expected: Values
  readonly counterpart: Node | undefined
}

function locate(
  { model, signal }: VerifySubject,
  other: OpenModel,
  { inputs }: ParityCase,
  output: string,
): ModelDivergence | undefined {
  const [graph, theirGraph] = [model.graph(), other.graph()]
  const names = alignValues(graph, theirGraph)
  const own = runReference(graph, inputs, { outputs: madeValues(graph), signal })
  const theirs = runReference(theirGraph, inputsFor(theirGraph, inputs), {
    outputs: [...new Set(names.values())],
    signal,
  })
  const expected = new Map(
    [...names].flatMap(([name, their]) => (theirs.has(their) ? [[name, theirs.get(their)!] as const] : [])),
  )
  const found = firstDivergence(graph, own, expected)
  if (!found) return undefined
  const counterpart = other.maker(names.get(found.value) ?? output)
  return { ...found, own: new Map([...inputs, ...own]), expected, counterpart }
}

function describe(
  compared: Comparison,
  model: OpenModel,
  other: OpenModel,
  found: ModelDivergence | undefined,
): VerifyFinding {
  const text = `output "${compared.output}" of ${model.label} and ${other.label} (${compared.case}): ${compared.text}`
  if (!found) return finding('SLP-V13', text)
  // The node of the file, not one that reading it has put in its place.
  const node = model.maker(found.value) ?? found.node
  const theirs = found.counterpart
    ? `, where ${other.label} has "${nodeLabel(found.counterpart)}" (${operatorText(found.counterpart)})`
    : ''
  const where = `node "${nodeLabel(node)}" (${operatorText(node)})${theirs}: ${distanceText(found.distance)}`
  return finding('SLP-V13', `${text}; the first value that differs is "${found.value}" of ${where}`, {
    node: nodeLabel(node),
    operator: operatorText(node),
  })
}

async function smallest(graph: Graph, found: ModelDivergence): Promise<readonly FailingCase[]> {
  const made = await failingCase(graph, found.node, {
    label: 'model',
    about: 'the model differs from the one that it is compared with',
    values: new Map([...found.own, ...found.expected]),
    run: (part, inputs) => runReference(part, inputs),
  })
  return made ? [made] : []
}
