export type {
  Engine,
  EngineReport,
  Fallback,
  MemoryReport,
  NodeProfile,
  PrepareOptions,
  Program,
  ProgramRunOptions,
  Revectorizer,
  RunResult,
  SyncRunOptions,
} from './engine.ts'
export type { Scalar, TypedArray } from './input-elements.ts'
export { bindInputs, type InputSpec, type Inputs, type InputValue, type NestedArray } from './inputs.ts'
export type { Into } from './into.ts'
export { nameHint } from './nearest-name.ts'
export { referenceEngine } from './reference-engine.ts'
export {
  createSession,
  type InputView,
  type Session,
  type SessionOptions,
  type SessionResults,
  type SessionRunOptions,
} from './session.ts'
export { inputSpecs, type OutputSpec } from './specs.ts'
export {
  type CompiledGraph,
  type CompiledRunOptions,
  type CompileOptions,
  compileGraph,
} from './wasm/compile.ts'
export {
  type PlannedBuffer,
  type PlannedStep,
  type PlanReport,
  type PlanReportOptions,
  planReport,
} from './wasm/plan-report.ts'
export { wasmEngine } from './wasm-engine.ts'
