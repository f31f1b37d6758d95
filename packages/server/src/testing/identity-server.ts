/** A server with an identity model `small` for clients of other languages: `node identity-server.js <port> <gRPC port>`. */
import { createServer } from '../server.ts'
import { echoGraph, repositoryWith } from './fixture.ts'

const [port = 18_000, grpcPort = 18_001] = process.argv.slice(2).map(Number)
const fixture = repositoryWith({ 'small/1/model.onnx': echoGraph(['float32'], [1, 4]) })
const server = await createServer({ settleMs: 0, repository: fixture.root })
await server.listen({ port, grpcPort })
await server.loaded
console.log('ready')
const end = async () => {
  await server.close()
  fixture[Symbol.dispose]()
  process.exit()
}
process.once('SIGTERM', end)
process.once('SIGINT', end)
