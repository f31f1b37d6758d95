/** Gradients of graphs, as graphs. */
export { type GradcheckFinding, type GradcheckOptions, type GradcheckReport, gradcheck } from './gradcheck.ts'
export type { Differentiated } from './rule.ts'
export { gradientGraph, vjp } from './vjp.ts'
