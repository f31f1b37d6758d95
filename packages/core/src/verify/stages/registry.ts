/** The stages of the pipeline, cheap ones first. */
import type { VerifyStage } from '../define-stage.ts'
import { batches } from './batches.ts'
import { check } from './check.ts'
import { limits } from './limits.ts'
import { parity } from './parity.ts'
import { provenance } from './provenance.ts'
import { shapes } from './shapes.ts'
import { signature } from './signature.ts'
import { stability } from './stability.ts'
import { targets } from './targets.ts'
import { weights } from './weights.ts'

export const verifyStages: readonly VerifyStage[] = [
  limits,
  check,
  targets,
  provenance,
  shapes,
  signature,
  stability,
  weights,
  parity,
  batches,
]
