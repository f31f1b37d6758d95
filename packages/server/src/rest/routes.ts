import type { Route } from '../http/route.ts'
import { audit } from './audit.ts'
import { infer } from './infer.ts'
import { createKey, deleteKey, listKeys } from './keys.ts'
import { listModels } from './list-models.ts'
import { live } from './live.ts'
import { logging, setLogging } from './logging.ts'
import { metrics } from './metrics.ts'
import { modelConfig } from './model-config.ts'
import { modelMetadata } from './model-metadata.ts'
import { modelReady } from './model-ready.ts'
import { modelStats } from './model-stats.ts'
import { ready } from './ready.ts'
import { repositoryIndex } from './repository-index.ts'
import { repositoryLoad } from './repository-load.ts'
import { repositoryUnload } from './repository-unload.ts'
import { deleteRollout, getRollout, listRollouts, putRollout } from './rollouts.ts'
import { serverMetadata } from './server-metadata.ts'
import { closeSession, listSessions, loadModel, predict, renewSession } from './sessions.ts'
import { setTraceSetting, traceSetting } from './trace-setting.ts'

/** Open Inference Protocol V2 over REST, with Triton's extensions. */
const inferenceRoutes: readonly Route[] = [
  serverMetadata,
  live,
  ready,
  listModels,
  modelMetadata,
  modelReady,
  modelConfig,
  modelStats,
  infer,
  repositoryIndex,
  repositoryLoad,
  repositoryUnload,
  traceSetting,
  setTraceSetting,
  logging,
  setLogging,
]

/** What only Slipway has. */
const controlRoutes: readonly Route[] = [
  listSessions,
  loadModel,
  predict,
  renewSession,
  closeSession,
  listRollouts,
  getRollout,
  putRollout,
  deleteRollout,
  listKeys,
  createKey,
  deleteKey,
  audit,
]

export const restRoutes: readonly Route[] = [...inferenceRoutes, ...controlRoutes, metrics]
