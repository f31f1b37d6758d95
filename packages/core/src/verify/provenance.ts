/**
 * Where a model comes from, in its own metadata: the stages that made it, each tied to the one before and to the graph
 * that it left. No paths and no clocks, so equal work gives equal bytes.
 */
import { typeText } from '../base/value.ts'
import type { Graph } from '../ir/graph.ts'
import { requiredInputs } from './parity/random-inputs.ts'
import { sha256 } from './sha256.ts'
import { signModel } from './signature.ts'
import { hashWeights, weightsOf } from './weights.ts'

export const provenanceKey = 'pkg.slipway.provenance'

export interface ProvenanceStage {
  /** What was done: `convert`, `train`, `quantize`. */
  readonly stage: string
  /** The version of what did it. */
  readonly version: string
  /** Settings of the stage: short texts, never paths. */
  readonly settings?: Readonly<Record<string, string>> | undefined
  /** Types of the inputs by name. */
  readonly inputs: Readonly<Record<string, string>>
  /** Hash of the graph that it began with; absent where there was none. */
  readonly before?: string | undefined
  /** Hash of the graph that it left, as reading the file gives it. */
  readonly after: string
  /** Only where the caller asked for a clock. */
  readonly durationMs?: number | undefined
}

interface Link extends ProvenanceStage {
  /** Hash of this entry and of the link before it. */
  readonly link: string
}

export interface Provenance {
  readonly stages: readonly ProvenanceStage[]
  /** Why the chain does not hold; empty where it does. */
  readonly problems: readonly string[]
}

/** The hash of a graph: structure, settings and weights, whatever its values are called. */
export async function hashGraph(graph: Graph): Promise<string> {
  const [{ strict }, weights] = await Promise.all([signModel(graph), hashWeights(weightsOf(graph))])
  return sha256([strict, ...[...weights.values()].sort()].join('\n'))
}

export interface StageRecord extends Pick<ProvenanceStage, 'stage' | 'version' | 'settings' | 'durationMs'> {
  /** What it began with; absent where there was no graph. */
  readonly before?: Graph | undefined
  /** What it left, as reading the file gives it. */
  readonly after: Graph
}

/**
 * The metadata with one more stage at the end of its chain.
 *
 * @example
 * const graph = readOnnx(await readFile('model.onnx'))
 * const metadata = await recordStage(new Map(), { stage: 'import', version: '1', after: graph })
 * const { stages, problems } = await readProvenance(metadata, graph)
 * stages.length // 1
 * problems // []
 */
export async function recordStage(
  metadata: ReadonlyMap<string, string>,
  { stage, version, settings, durationMs, before, after }: StageRecord,
): Promise<ReadonlyMap<string, string>> {
  const chain = parseChain(metadata.get(provenanceKey)) ?? []
  const entry: ProvenanceStage = {
    stage,
    version,
    ...(settings && { settings }),
    inputs: inputTypes(after),
    ...(before && { before: await hashGraph(before) }),
    after: await hashGraph(after),
    ...(durationMs !== undefined && { durationMs }),
  }
  const link = await linkOf(entry, chain.at(-1)?.link)
  const text = sortedJson([...chain, { ...entry, link }])
  return new Map([...metadata, [provenanceKey, text]])
}

/** The chain of a file, checked against the graph that was read from it; undefined where there is none. */
export async function readProvenance(
  metadata: ReadonlyMap<string, string>,
  graph: Graph,
): Promise<Provenance | undefined> {
  const text = metadata.get(provenanceKey)
  if (text === undefined) return undefined
  const chain = parseChain(text)
  if (!chain) return { stages: [], problems: ['the chain is not readable'] }
  const problems: string[] = []
  for (const [i, { link, ...entry }] of chain.entries()) {
    const previous = chain[i - 1]
    if ((await linkOf(entry, previous?.link)) !== link)
      problems.push(`stage ${i + 1} (${entry.stage}) was changed after it was written`)
    if (previous && entry.before !== previous.after)
      problems.push(`stage ${i + 1} (${entry.stage}) did not begin with what stage ${i} left`)
  }
  const last = chain.at(-1)
  if (last && last.after !== (await hashGraph(graph)))
    problems.push(`the graph was changed after the last stage (${last.stage})`)
  return { stages: chain.map(({ link: _, ...entry }) => entry), problems }
}

function inputTypes(graph: Graph): Readonly<Record<string, string>> {
  return Object.fromEntries(
    requiredInputs(graph).map((name) => {
      const type = graph.types.get(name)
      return [name, type ? typeText(type) : 'unknown']
    }),
  )
}

const linkOf = (entry: ProvenanceStage, previous = ''): Promise<string> =>
  sha256(`${previous}\n${sortedJson(entry)}`)

function parseChain(text: string | undefined): readonly Link[] | undefined {
  if (text === undefined) return undefined
  try {
    const parsed: unknown = JSON.parse(text)
    return Array.isArray(parsed) && parsed.every(isLink) ? parsed : undefined
  } catch {
    return undefined
  }
}

function isLink(value: unknown): value is Link {
  if (typeof value !== 'object' || value === null) return false
  const { stage, version, after, link, inputs } = value as Partial<Record<keyof Link, unknown>> // asked below
  return [stage, version, after, link].every((one) => typeof one === 'string') && typeof inputs === 'object'
}

/** JSON with the keys of every object in order; absent entries are left out. */
function sortedJson(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === 'object' && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).sort(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  )
}
