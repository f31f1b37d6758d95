/** Proof that a model is what it should be: `@slipway/core/verify`. */
export {
  defineStage,
  type ExpectedModel,
  type Facts,
  finding,
  type StageOutcome,
  type VerifyFinding,
  type VerifyStage,
  type VerifySubject,
} from './define-stage.ts'
export { type Diagnosis, diagnose, type Rung } from './doctor.ts'
export {
  compareWithLock,
  type LockEntry,
  type LockedVerification,
  lockModel,
  lockText,
  type ModelLock,
  parseLock,
} from './lock.ts'
export type { ModelSource, OpenModel } from './open-model.ts'
export type { Comparison } from './parity/comparison.ts'
export { type Distance, distance, isWithin, limitOf } from './parity/distance.ts'
export type { FailingCase } from './parity/failing-case.ts'
export { type RandomInputOptions, randomInputs } from './parity/random-inputs.ts'
export {
  hashGraph,
  type Provenance,
  type ProvenanceStage,
  provenanceKey,
  readProvenance,
  recordStage,
  type StageRecord,
} from './provenance.ts'
export { type Runtime, runtimeOfEngine, runtimes } from './runtimes.ts'
export { sha256 } from './sha256.ts'
export { verifyStages } from './stages/registry.ts'
export { verdictOf } from './stages/targets.ts'
export { type VerifyCode, verifyCatalogue } from './verify-codes.ts'
export { type StageResult, type VerifyOptions, type VerifyReport, verifyModel } from './verify-model.ts'
export { hashWeights, type Weight, weightsOf } from './weights.ts'
