export {
  type Built,
  definePass,
  type Guard,
  type Match,
  type Pass,
  phases,
  type Refusal,
  refused,
} from './define.ts'
export type { Emit, EmitOptions } from './emit.ts'
export { freezeDefaults } from './freeze-defaults.ts'
export type { GraphView } from './graph-view.ts'
export {
  constant as constantPattern,
  either as eitherPattern,
  type NodePattern,
  op as opPattern,
  optional as optionalPattern,
  opWhere as opPatternWhere,
  type Pattern,
} from './pattern.ts'
export {
  type Optimized,
  type OptimizeLimits,
  type OptimizeOptions,
  optimize,
  type PassEvent,
} from './pipeline.ts'
export { defaultPasses } from './registry.ts'
export { type WhyNot, whyNot } from './why-not.ts'
