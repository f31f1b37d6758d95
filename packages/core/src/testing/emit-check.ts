/** Compares what an operator's `emit` computes with its reference kernel, on every target. */
import type { AnyOp } from '../ops/define.ts'
import { checkOnTargets, type TargetsCase } from './check-targets.ts'

export interface EmitCheck extends Omit<TargetsCase, 'outputCount'> {
  readonly outputs?: number
  /** Names the case where it fails. */
  readonly label?: string
}

/** Throws where an output differs on one of the targets. */
export function checkEmit(op: AnyOp, { outputs = 1, label = op.name, ...one }: EmitCheck): void {
  try {
    checkOnTargets(op, { ...one, outputCount: outputs })
  } catch (error) {
    throw new Error(`${label}: ${error instanceof Error ? error.message : error}`, { cause: error })
  }
}
