/** The engine of the reference kernels: exact, slow, and the definition of what right is. */
import { workerEngine } from './worker-engine.ts'

export const referenceEngine = workerEngine('reference')
