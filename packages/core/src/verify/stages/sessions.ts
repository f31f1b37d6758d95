/** Whether each engine takes the model at all. */
import { SlipwayError } from '../../base/errors.ts'
import { defineStage, type VerifyFinding } from '../define-stage.ts'
import { engineFailure } from '../parity/compare-engine.ts'
import { withEngine } from '../parity/run-values.ts'

export const sessions = defineStage({
  name: 'sessions',
  about: 'every engine can open the model',
  async run({ model, engines, signal }) {
    const findings: VerifyFinding[] = []
    for (const engine of engines) {
      try {
        await withEngine(engine, model, signal, async () => {})
      } catch (error) {
        if (!(error instanceof SlipwayError)) throw error
        findings.push(engineFailure(engine, error))
      }
    }
    return { findings }
  },
})
