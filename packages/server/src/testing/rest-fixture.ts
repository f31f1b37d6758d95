/** The REST routes over fake services, on a port of their own. */
import { fastify } from 'fastify'
import { attachRoutes } from '../http/attach-routes.ts'
import { countCalls } from '../http/calls.ts'
import type { Route } from '../http/route.ts'
import type { FakeServices } from './fake-services.ts'

export interface RestFixture extends AsyncDisposable {
  readonly url: string
}

export async function restFixture(services: FakeServices, routes: readonly Route[]): Promise<RestFixture> {
  const app = fastify({ routerOptions: { ignoreTrailingSlash: true } })
  attachRoutes(app, routes, { services, calls: countCalls(), bodyLimitBytes: 2 ** 26 })
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  return {
    url,
    async [Symbol.asyncDispose]() {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}
