/** One engine against the reference, over all cases. */
import { SlipwayError } from '../../base/errors.ts'
import type { Engine } from '../../engine/engine.ts'
import { nodeLabel, operatorText } from '../../ir/graph.ts'
import { finding, type StageOutcome, type VerifyFinding, type VerifySubject } from '../define-stage.ts'
import { type Divergence, firstDivergence, madeValues, walkToDivergence } from './bisect.ts'
import { type Comparison, compareOutputs, distanceText } from './comparison.ts'
import { type FailingCase, failingCase } from './failing-case.ts'
import type { ParityCase } from './parity-case.ts'
import { type RunValues, runOnce, runReference, type Values, withEngine } from './run-values.ts'

/** Findings for every output that is too far off, with the node at which it begins. */
export async function comparesEngine(
  subject: VerifySubject,
  engine: Engine,
  cases: readonly ParityCase[],
): Promise<StageOutcome> {
  const comparisons: Comparison[] = []
  const findings: VerifyFinding[] = []
  const failing: FailingCase[] = []
  try {
    await withEngine(engine, subject.model, subject.signal, async (run) => {
      for (const one of cases) {
        const got = await run(one.inputs)
        const compared = compareOutputs(engine.name, one.name, got, one)
        comparisons.push(...compared)
        const wrong = compared.filter(({ ok }) => !ok)
        if (wrong.length === 0 || findings.length > 0) continue
        const found = await locate(subject, run, one, wrong[0]!.output)
        findings.push(...wrong.map((each) => describe(engine, each, found)))
        if (found) failing.push(...(await smallest(subject, engine, one, found)))
      }
    })
  } catch (error) {
    if (!(error instanceof SlipwayError) || error.code === 'SLP-S7') throw error
    findings.push(engineFailure(engine, error))
  }
  return { findings, cases: failing, facts: { comparisons } }
}

/** The finding that an engine's refusal amounts to. */
export function engineFailure(engine: Engine, error: SlipwayError): VerifyFinding {
  const { node, operator } = error.details
  const made = finding('SLP-V14', `${engine.name}: ${error.message}`, { node, operator })
  return error.details.remedy === undefined ? made : { ...made, hint: error.details.remedy }
}

async function locate(
  { model, signal }: VerifySubject,
  run: RunValues,
  { inputs }: ParityCase,
  output: string,
): Promise<Divergence | undefined> {
  const graph = model.graph()
  const names = madeValues(graph)
  const expected = runReference(graph, inputs, { outputs: names, signal })
  const all = await tryRun(run, inputs, names)
  const found = all && firstDivergence(graph, all, expected)
  if (found) return found
  return walkToDivergence(
    graph,
    output,
    expected,
    async (wanted) => (await tryRun(run, inputs, wanted)) ?? new Map(),
  )
}

/** Engines that read the file themselves do not have the values that reading it adds. */
async function tryRun(run: RunValues, inputs: Values, names: readonly string[]): Promise<Values | undefined> {
  try {
    return await run(inputs, names)
  } catch (error) {
    if (error instanceof SlipwayError && error.code !== 'SLP-S7') return undefined
    throw error
  }
}

function describe(engine: Engine, compared: Comparison, found: Divergence | undefined): VerifyFinding {
  const where = found
    ? `; it begins at node "${nodeLabel(found.node)}" (${operatorText(found.node)}): ${distanceText(found.distance)}`
    : ''
  const text = `output "${compared.output}" of ${engine.name} (${compared.case}): ${compared.text}${where}`
  return finding('SLP-V12', text, {
    node: found && nodeLabel(found.node),
    operator: found && operatorText(found.node),
  })
}

async function smallest(
  { model, signal }: VerifySubject,
  engine: Engine,
  { inputs }: ParityCase,
  { node }: Divergence,
): Promise<readonly FailingCase[]> {
  const graph = model.graph()
  const made = runReference(graph, inputs, { outputs: madeValues(graph), signal })
  const found = await failingCase(graph, node, {
    label: engine.name,
    about: `${engine.name} differs from the reference`,
    values: new Map([...inputs, ...made]),
    run: (part, given) => runOnce(engine, part, given),
  })
  return found ? [found] : []
}
