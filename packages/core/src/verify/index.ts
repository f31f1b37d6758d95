export { type CheckOptions, checkModel } from './check/check.ts'
export { type CheckCode, checkCatalogue, type Severity } from './check/codes.ts'
export type { Finding } from './check/context.ts'
export { inspectModel, type ModelSummary, type NamedType } from './inspect.ts'
