/** A stage of the verification pipeline as a value, and what it finds. */
import type { ErrorCode } from '../base/errors.ts'
import type { Shape } from '../base/shape.ts'
import type { Value } from '../base/value.ts'
import type { Engine } from '../engine/engine.ts'
import type { CheckCode, Severity } from './check/codes.ts'
import type { OpenModel } from './open-model.ts'
import type { FailingCase } from './parity/failing-case.ts'
import type { Runtime } from './runtimes.ts'
import { type VerifyCode, verifyCatalogue } from './verify-codes.ts'

export interface VerifyFinding {
  readonly code: VerifyCode | CheckCode | ErrorCode
  readonly severity: Severity
  readonly message: string
  readonly hint: string
  /** Path in the model, such as `graph.node[12].input[1]`. */
  readonly path?: string | undefined
  /** The node that the finding is about, by its name or that of its first output. */
  readonly node?: string | undefined
  readonly operator?: string | undefined
}

/** What a stage reports beside its findings; everything in it can be written as JSON. */
export type Facts = Readonly<Record<string, unknown>>

export interface StageOutcome {
  readonly findings: readonly VerifyFinding[]
  readonly facts?: Facts
  /** Cases that fail and are small enough to look at. */
  readonly cases?: readonly FailingCase[]
}

/** What an expected model is known by where it is not at hand. */
export interface ExpectedModel {
  readonly structural?: string | undefined
  readonly strict?: string | undefined
  /** SHA-256 of weights by their names. */
  readonly weights?: Readonly<Record<string, string>> | undefined
}

/** What all stages look at. */
export interface VerifySubject {
  readonly model: OpenModel
  /** The model that it is compared with. */
  readonly other: OpenModel | undefined
  readonly engines: readonly Engine[]
  readonly targets: readonly Runtime[]
  readonly expected: ExpectedModel
  readonly seed: number
  /** Random cases of the parity stage. */
  readonly cases: number
  readonly inputs: readonly ReadonlyMap<string, Value>[]
  readonly shapes: ReadonlyMap<string, Shape>
  readonly batches: readonly number[]
  readonly signal: AbortSignal | undefined
}

export interface VerifyStage {
  readonly name: string
  readonly about: string
  /** Why there is nothing to do; undefined where there is. */
  readonly skip?: (subject: VerifySubject) => string | undefined
  /** All findings at once. Throws only where going on makes no sense; the error becomes a finding. */
  readonly run: (subject: VerifySubject) => StageOutcome | Promise<StageOutcome>
}

/**
 * @example
 * export const noRandom = defineStage({
 *   name: 'no-random',
 *   about: 'graphs of one node only',
 *   run: ({ model }) => ({ findings: [], facts: { nodes: model.graph().nodes.length } }),
 * })
 * noRandom.name // 'no-random'
 */
export function defineStage(stage: VerifyStage): VerifyStage {
  return stage
}

/** A finding of one of the pipeline's own codes. */
export function finding(
  code: VerifyCode,
  message: string,
  where: Pick<VerifyFinding, 'path' | 'node' | 'operator'> = {},
): VerifyFinding {
  const { severity, hint } = verifyCatalogue[code]
  return { code, severity, message, hint, ...where }
}
