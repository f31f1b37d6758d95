/**
 * What a model is known by, as JSON that stands beside it in version control: a server that is told to trust locks only
 * runs what they say.
 */
import { SlipwayError } from '../base/errors.ts'
import { hasExternalData, type ModelSource, openModel } from './open-model.ts'
import { hashGraph } from './provenance.ts'
import { sha256 } from './sha256.ts'
import { type ModelSignature, signModel } from './signature.ts'
import type { StageResult, VerifyReport } from './verify-model.ts'
import { hashWeights, weightsOf } from './weights.ts'

/** What is said of a verification. */
export interface LockedVerification {
  readonly passed: boolean
  readonly engines: readonly string[]
  /** How each stage ended, by its name. */
  readonly stages: Readonly<Record<string, StageResult['status']>>
}

export interface LockEntry {
  /** Of the file. */
  readonly sha256: string
  readonly bytes: number
  readonly irVersion: number
  /** Imported versions by domain, `ai.onnx` spelt out. */
  readonly opsets: Readonly<Record<string, number>>
  readonly signature: ModelSignature
  /** Structure, settings and weights in one: what stays equal when a file is only written anew. */
  readonly graph: string
  /** SHA-256 of weights by their names, those in other files included. */
  readonly weights: Readonly<Record<string, string>>
  readonly verification?: LockedVerification | undefined
}

export interface ModelLock {
  readonly format: 1
  /** Entries by the path of the model, relative to the lock, with forward slashes. */
  readonly models: Readonly<Record<string, LockEntry>>
}

/**
 * The entry for a model.
 *
 * @example
 * const entry = await lockModel({ bytes: await readFile('model.onnx') })
 * entry.sha256.length // 64
 */
export async function lockModel(
  source: ModelSource,
  verified?: { readonly report: VerifyReport; readonly engines: readonly string[] },
): Promise<LockEntry> {
  const model = openModel(source, 'the model')
  const { graph, irVersion, opsets } = model.read()
  const weights = await hashWeights(weightsOf(model.written()))
  return {
    sha256: await sha256(source.bytes),
    bytes: source.bytes.length,
    irVersion,
    opsets: Object.fromEntries([...opsets].map(([domain, version]) => [domain || 'ai.onnx', version])),
    signature: await signModel(graph),
    graph: await hashGraph(graph),
    weights: Object.fromEntries([...weights].sort(([a], [b]) => (a < b ? -1 : 1))),
    ...(verified && { verification: verificationOf(verified.report, verified.engines) }),
  }
}

function verificationOf({ passed, stages }: VerifyReport, engines: readonly string[]): LockedVerification {
  return { passed, engines, stages: Object.fromEntries(stages.map(({ stage, status }) => [stage, status])) }
}

/**
 * Why a model is not the one of its entry; empty where it is. Weights are read only where some lie in other files: the
 * file alone does not say what is in those.
 */
export async function compareWithLock(source: ModelSource, entry: LockEntry): Promise<readonly string[]> {
  const own = await sha256(source.bytes)
  if (own !== entry.sha256) return [`the SHA-256 of the file must be ${entry.sha256}, got ${own}`]
  const problems: string[] = []
  const model = openModel(source, 'the model')
  const hashes = hasExternalData(model) ? await hashWeights(weightsOf(model.written())) : undefined
  for (const [name, wanted] of Object.entries(entry.weights)) {
    const got = hashes ? hashes.get(name) : wanted
    if (got !== wanted)
      problems.push(`the SHA-256 of weight "${name}" must be ${wanted}, got ${got ?? 'none'}`)
  }
  if (entry.verification && !entry.verification.passed)
    problems.push('its verification must have passed, got a failed one')
  return problems
}

/** The lock as the text of a file: equal locks give equal texts. */
export function lockText({ format, models }: ModelLock): string {
  const sorted = Object.entries(models).sort(([a], [b]) => (a < b ? -1 : 1))
  return `${JSON.stringify({ format, models: Object.fromEntries(sorted) }, null, 2)}\n`
}

/** Throws SLP-F1 for a text that is no lock. */
export function parseLock(text: string): ModelLock {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch (cause) {
    throw new SlipwayError('SLP-F1', 'Cannot read lock: it must be JSON', { cause })
  }
  const { format, models } = (parsed ?? {}) as Partial<Record<keyof ModelLock, unknown>> // asked below
  if (format !== 1 || typeof models !== 'object' || models === null)
    throw new SlipwayError('SLP-F1', `Cannot read lock: its format must be 1, got ${JSON.stringify(format)}`)
  for (const [path, entry] of Object.entries(models)) {
    if (!isEntry(entry))
      throw new SlipwayError(
        'SLP-F1',
        `Cannot read lock: entry "${path}" must have hashes, versions and a signature`,
      )
  }
  return parsed as ModelLock // every entry was asked
}

function isEntry(value: unknown): value is LockEntry {
  if (typeof value !== 'object' || value === null) return false
  const {
    sha256: hash,
    graph,
    signature,
    weights,
    opsets,
  } = value as Partial<Record<keyof LockEntry, unknown>> // asked below
  const isObject = (one: unknown) => typeof one === 'object' && one !== null
  return typeof hash === 'string' && typeof graph === 'string' && [signature, weights, opsets].every(isObject)
}
