/** What core offers to programs that run models in threads of their own. */
export { cancelledError } from './engine/cancelled-error.ts'
export { type ErrorMessage, fromErrorMessage, toErrorMessage } from './engine/error-message.ts'
export { type HostedGraph, type HostedRunOptions, type HostOptions, hostGraph } from './engine/host-graph.ts'
export { type Moved, type MoveOptions, moveValues } from './engine/move-values.ts'
export { type SharedGraph, shareGraph } from './engine/share-graph.ts'
export type { WorkerReport } from './engine/worker-protocol.ts'
export type { Target } from './kernel/target.ts'
