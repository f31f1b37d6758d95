/** Walks from the bytes of a model to its right numbers, and says at which rung it fails and what to do then. */
import { rungs } from './doctor-rungs.ts'
import type { ModelSource } from './open-model.ts'
import type { StageResult, VerifyOptions } from './verify-model.ts'
import { verifyModel } from './verify-model.ts'

export interface Rung {
  /** What is asked, such as `Is every operator known?`. */
  readonly question: string
  readonly result: StageResult
  /** What to do, where the rung failed. */
  readonly advice: readonly string[]
}

export interface Diagnosis {
  readonly healthy: boolean
  readonly rungs: readonly Rung[]
  /** The first rung that failed. */
  readonly failed: Rung | undefined
}

/**
 * The diagnosis of a model: nothing after the first failed rung is looked at.
 *
 * @example
 * const { healthy, rungs } = await diagnose({ bytes: await readFile('model.onnx') }, { engines: [wasmEngine] })
 * rungs.map(({ result }) => result.status).every((status) => status === 'passed')
 */
export async function diagnose(
  source: ModelSource,
  options: Omit<VerifyOptions, 'stages'> = {},
): Promise<Diagnosis> {
  const report = await verifyModel(source, { ...options, stages: rungs.map(({ stage }) => stage) })
  const results = report.stages.map((result, i): Rung => {
    const { question, advice } = rungs[i]!
    const isFailed = result.status === 'failed'
    const hints = [
      ...new Set(result.findings.flatMap(({ severity, hint }) => (severity === 'error' ? [hint] : []))),
    ]
    return { question, result, advice: isFailed ? [...hints.slice(0, 3), ...advice] : [] }
  })
  return {
    healthy: report.passed,
    rungs: results,
    failed: results.find(({ result }) => result.status === 'failed'),
  }
}
