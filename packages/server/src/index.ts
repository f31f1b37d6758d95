export type { Caller } from './contract/caller.ts'
export type { ServerEvent } from './contract/event.ts'
export type { ModelState, ModelStatus, Models } from './contract/models.ts'
export type { Rollout } from './contract/rollout.ts'
export type { ServedVersion } from './contract/served-version.ts'
export type { Services } from './contract/services.ts'
export { type Call, defineRoute, jsonReply, type Reply, type Route } from './http/route.ts'
export type { TlsOptions } from './http/tls.ts'
export { isKeyId, newApiKey } from './policy/api-key.ts'
export { createServer, type Server } from './server.ts'
export type {
  ListenOptions,
  Observability,
  ServerLimits,
  ServerOptions,
} from './server-options.ts'
export { openStore } from './store/open-store.ts'
