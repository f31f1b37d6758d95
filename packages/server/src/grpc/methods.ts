import { healthCheck, healthList, healthWatch } from './health.ts'
import { modelMetadata, serverMetadata } from './metadata.ts'
import type { Method } from './method.ts'
import { modelConfig } from './model-config.ts'
import { modelInfer } from './model-infer.ts'
import { modelStatistics } from './model-statistics.ts'
import { modelStreamInfer, type StreamFlavour } from './model-stream-infer.ts'
import { repositoryIndex, repositoryModelLoad, repositoryModelUnload } from './repository.ts'
import { modelReady, serverLive, serverReady } from './server-health.ts'
import { closeSession, listSessions, loadModel, predict, renewSession } from './sessions.ts'
import { logSettings, traceSetting } from './settings.ts'

interface MethodOptions {
  readonly streamFlavour: StreamFlavour
  readonly healthPollMs: number
}

/** All but reflection. A path that is not among them answers UNIMPLEMENTED, such as those of shared memory. */
export const grpcMethods = ({ streamFlavour, healthPollMs }: MethodOptions): readonly Method[] => [
  ...[serverLive, serverReady, modelReady, serverMetadata, modelMetadata],
  ...[modelInfer, modelStreamInfer(streamFlavour), modelConfig, modelStatistics],
  ...[repositoryIndex, repositoryModelLoad, repositoryModelUnload, traceSetting, logSettings],
  ...[loadModel, predict, renewSession, closeSession, listSessions],
  ...[healthCheck, healthWatch(healthPollMs), healthList],
]
