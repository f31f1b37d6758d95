import type { Route } from '../http/route.ts'
import { infer } from './infer.ts'
import { live } from './live.ts'
import { modelMetadata } from './model-metadata.ts'
import { modelReady } from './model-ready.ts'
import { ready } from './ready.ts'
import { serverMetadata } from './server-metadata.ts'

/** Open Inference Protocol V2 over REST. */
export const restRoutes: readonly Route[] = [serverMetadata, live, ready, modelMetadata, modelReady, infer]
