/** The verification pipeline: stages in order, all findings of a stage at once, nothing after the first red one. */
import { platform } from '#platform'
import { SlipwayError } from '../base/errors.ts'
import type { Limits } from '../base/limits.ts'
import type { Shape } from '../base/shape.ts'
import type { Value } from '../base/value.ts'
import type { Engine } from '../engine/engine.ts'
import { loadOperators } from '../ops/registry.ts'
import type {
  ExpectedModel,
  Facts,
  StageOutcome,
  VerifyFinding,
  VerifyStage,
  VerifySubject,
} from './define-stage.ts'
import { type ModelSource, openModel } from './open-model.ts'
import type { FailingCase } from './parity/failing-case.ts'
import { type Runtime, runtimeOfEngine, runtimes } from './runtimes.ts'
import { ofError } from './stages/limits.ts'
import { verifyStages } from './stages/registry.ts'

export interface VerifyOptions {
  /** What runs the model beside the reference; none unless given. */
  readonly engines?: readonly Engine[]
  /** A model that it must agree with. */
  readonly other?: ModelSource
  /** Signatures and hashes that it must have, such as those of a lock. */
  readonly expected?: ExpectedModel
  /** Runtimes that must accept it; those of the engines unless given. */
  readonly targets?: readonly Runtime[]
  /** The stages; all of Slipway's own unless given. */
  readonly stages?: readonly VerifyStage[]
  /** Seed of the random inputs; 1 unless given. */
  readonly seed?: number
  /** Random cases; 2 unless given. */
  readonly cases?: number
  /** Cases to run beside the random ones. */
  readonly inputs?: readonly ReadonlyMap<string, Value>[]
  /** Shapes of random inputs by name, where the model leaves sizes open. */
  readonly shapes?: ReadonlyMap<string, Shape>
  /** 1, 2, 3 and 7 unless given. */
  readonly batches?: readonly number[]
  /** True: warnings fail too. */
  readonly strict?: boolean
  readonly limits?: Limits
  readonly signal?: AbortSignal
  /** Told of each stage when it has ended. */
  readonly onStage?: (result: StageResult) => void
}

export interface StageResult {
  readonly stage: string
  readonly about: string
  readonly status: 'passed' | 'failed' | 'skipped' | 'not reached'
  /** Why a stage was skipped. */
  readonly reason?: string | undefined
  readonly findings: readonly VerifyFinding[]
  readonly facts: Facts
  readonly durationMs: number
}

export interface VerifyReport {
  readonly passed: boolean
  readonly stages: readonly StageResult[]
  /** Small models that show what is wrong, with inputs and expected outputs. */
  readonly cases: readonly FailingCase[]
}

/**
 * Verifies a model. What is wrong with it is in the report; only faults of the program throw.
 *
 * @example
 * const bytes = await readFile('model.onnx')
 * const { passed, stages } = await verifyModel({ bytes }, { engines: [wasmEngine], seed: 7 })
 * [passed] // [true]
 */
export async function verifyModel(source: ModelSource, options: VerifyOptions = {}): Promise<VerifyReport> {
  await loadOperators()
  const subject = subjectOf(source, options)
  const stages: StageResult[] = []
  const cases: FailingCase[] = []
  let isRed = false
  for (const stage of options.stages ?? verifyStages) {
    options.signal?.throwIfAborted()
    if (isRed) {
      stages.push(resultOf(stage, 'not reached'))
      continue
    }
    const startedMs = platform.nowMs()
    const reason = stage.skip?.(subject)
    const outcome = reason === undefined ? await runStage(stage, subject) : { findings: [] }
    isRed = outcome.findings.some(({ severity }) => severity === 'error' || options.strict === true)
    const status = reason !== undefined ? 'skipped' : isRed ? 'failed' : 'passed'
    const result = { ...resultOf(stage, status, outcome), reason, durationMs: platform.nowMs() - startedMs }
    stages.push(result)
    cases.push(...(outcome.cases ?? []))
    options.onStage?.(result)
  }
  return { passed: !isRed, stages, cases }
}

function subjectOf(source: ModelSource, options: VerifyOptions): VerifySubject {
  const { engines = [], other, seed = 1, cases = 2, inputs = [], shapes = new Map() } = options
  const { batches = [1, 2, 3, 7], expected = {}, signal } = options
  const own = engines.flatMap(({ name }) => runtimeOfEngine(name) ?? [])
  const targets = options.targets ?? (own.length > 0 ? [...new Set(own)] : runtimes.slice(0, 1))
  return {
    model: openModel(source, 'the model', options.limits),
    other: other && openModel(other, 'the other model', options.limits),
    engines,
    targets,
    expected,
    seed,
    cases,
    inputs,
    shapes,
    batches,
    signal,
  }
}

async function runStage(stage: VerifyStage, subject: VerifySubject): Promise<StageOutcome> {
  try {
    return await stage.run(subject)
  } catch (error) {
    // A cancelled run is the caller's own wish, and what is no SlipwayError is a fault of the program.
    if (!(error instanceof SlipwayError) || subject.signal?.aborted) throw error
    return { findings: [ofError(error, subject.model.label)] }
  }
}

function resultOf(
  { name, about }: VerifyStage,
  status: StageResult['status'],
  { findings, facts = {} }: StageOutcome = { findings: [] },
): StageResult {
  return { stage: name, about, status, findings, facts, durationMs: 0 }
}
