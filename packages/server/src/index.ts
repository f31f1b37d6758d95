export { type Call, defineRoute, jsonReply, type Reply, type Route, type Services } from './http/route.ts'
export type { ModelRepository, ModelState, ModelStatus } from './repository/model-repository.ts'
export type { ServedModel } from './repository/served-model.ts'
export { createServer, type ListenOptions, type Server, type ServerOptions } from './server.ts'
