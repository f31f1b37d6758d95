/** The model at several batch sizes: it runs at each, and a row means the same in all of them. */
import { SlipwayError } from '../../base/errors.ts'
import type { Value } from '../../base/value.ts'
import { type Graph, nodeLabel, operatorText } from '../../ir/graph.ts'
import { defineStage, finding, type VerifyFinding, type VerifySubject } from '../define-stage.ts'
import { madeValues } from '../parity/bisect.ts'
import { compareRows, firstMixing } from '../parity/compare-rows.ts'
import { distanceText } from '../parity/comparison.ts'
import { batchDim, randomInputs, requiredInputs } from '../parity/random-inputs.ts'
import { type RunValues, runReference, type Values, withEngine } from '../parity/run-values.ts'
import { takeFirst } from '../parity/take-rows.ts'

export const batches = defineStage({
  name: 'batches',
  about: 'the model runs at every batch size, and rows do not depend on each other',
  skip: ({ model }) =>
    batchNameOf(model.graph()) === undefined ? 'no input has an open first axis' : undefined,
  async run(subject) {
    const { model, signal, engines } = subject
    const graph = model.graph()
    const inputs = inputsBySize(subject)
    const reference: RunValues = async (values, outputs) => runReference(graph, values, { outputs, signal })
    const findings = await tryAll('reference', graph, inputs, reference)
    // What is wrong on the reference is wrong in the model, and engines can only repeat it.
    for (const engine of findings.length > 0 ? [] : engines) {
      const own = await withEngine(engine, model, signal, (run) => tryAll(engine.name, graph, inputs, run))
      findings.push(...own)
    }
    return { findings, facts: { batches: [...inputs.keys()], dimension: batchNameOf(graph) } }
  },
})

/** The name of the size that is the batch: the open first axis of the first input that has one. */
function batchNameOf(graph: Graph): string | undefined {
  return requiredInputs(graph).flatMap((name) => batchDim(graph, name) ?? [])[0]
}

/** Inputs of each size, all of them the first rows of the largest one's. */
function inputsBySize({ model, batches: sizes, seed, shapes }: VerifySubject): ReadonlyMap<number, Values> {
  const graph = model.graph()
  const most = Math.max(...sizes)
  const largest = randomInputs(graph, { seed, batch: most, shapes: withBatch(graph, shapes, most) })
  const batch = batchNameOf(graph)
  const rowsOf = (size: number): Values =>
    new Map(
      [...largest].map(([name, value]): [string, Value] => {
        const hasRows = value.kind === 'tensor' && batchDim(graph, name) === batch
        return [name, hasRows ? takeFirst(value, 0, size) : value]
      }),
    )
  return new Map([...new Set([...sizes, most])].sort((a, b) => a - b).map((size) => [size, rowsOf(size)]))
}

/** The given shapes with another batch. */
function withBatch(graph: Graph, shapes: VerifySubject['shapes'], batch: number): VerifySubject['shapes'] {
  const name = batchNameOf(graph)
  return new Map(
    [...shapes].map(([input, shape]) => [
      input,
      batchDim(graph, input) === name ? [batch, ...shape.slice(1)] : shape,
    ]),
  )
}

async function tryAll(
  label: string,
  graph: Graph,
  inputs: ReadonlyMap<number, Values>,
  run: RunValues,
): Promise<VerifyFinding[]> {
  const findings: VerifyFinding[] = []
  const results = new Map<number, Values>()
  for (const [size, values] of inputs) {
    try {
      results.set(size, await run(values))
    } catch (error) {
      if (!(error instanceof SlipwayError) || error.code === 'SLP-S7') throw error
      const { node, operator } = error.details
      findings.push(finding('SLP-V18', `${label} at batch ${size}: ${error.message}`, { node, operator }))
    }
  }
  const [allRows = 0, large] = [...results].at(-1) ?? []
  for (const [rows, small] of results) {
    if (!large || rows === allRows) continue
    for (const output of graph.outputs) {
      const sizes = { rows, allRows }
      const wrong =
        compareRows(output, small, large, rows, allRows) ?? fixedShape(output, small, large, sizes)
      if (!wrong) continue
      const mixing = await locate(graph, inputs, run, sizes)
      const where = mixing
        ? `; it begins at node "${nodeLabel(mixing.node)}" (${operatorText(mixing.node)})`
        : ''
      const how = distanceText(mixing?.found.distance ?? wrong.distance)
      const text = `output "${output}" of ${label} at batch ${rows} is not the beginning of that at batch ${allRows}${where}: ${how}`
      const at = mixing && { node: nodeLabel(mixing.node), operator: operatorText(mixing.node) }
      findings.push(finding('SLP-V17', text, at))
    }
  }
  return findings
}

interface Sizes {
  readonly rows: number
  readonly allRows: number
}

/** An output that has no rows at all although the inputs have. */
function fixedShape(output: string, small: Values, large: Values, { rows, allRows }: Sizes) {
  const [a, b] = [small.get(output), large.get(output)]
  if (a?.kind !== 'tensor' || b?.kind !== 'tensor' || String(a.shape) === String(b.shape)) return undefined
  const isBatch = a.shape[0] === rows && b.shape[0] === allRows
  const text = `its shape is [${a.shape}] there and [${b.shape}] here`
  return isBatch || a.shape.some((size, i) => size * allRows === b.shape[i]! * rows)
    ? undefined
    : { value: output, distance: text }
}

async function locate(
  graph: Graph,
  inputs: ReadonlyMap<number, Values>,
  run: RunValues,
  { rows, allRows }: Sizes,
): Promise<ReturnType<typeof firstMixing>> {
  const names = madeValues(graph)
  try {
    const small = await run(inputs.get(rows)!, names)
    const large = await run(inputs.get(allRows)!, names)
    return firstMixing(graph, small, large, rows, allRows)
  } catch (error) {
    if (error instanceof SlipwayError && error.code !== 'SLP-S7') return undefined
    throw error
  }
}
