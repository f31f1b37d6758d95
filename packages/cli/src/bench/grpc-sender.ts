/** Load over gRPC: calls in turn over a few HTTP/2 connections. */
import { frameOf, openConnections, startCall } from './grpc-call.ts'
import type { Sender, TargetOptions } from './target.ts'

export function grpcSender({ url, connections, headers, tls }: TargetOptions): Sender {
  const origin = `${url.protocol === 'grpcs:' ? 'https' : 'http'}://${url.host}`
  const open = openConnections(origin, connections, tls)
  return {
    sendEach(requests) {
      const calls = requests.map(({ path, body }) => ({ path, frame: frameOf(body), headers }))
      return (index, done) => startCall(open.next(), calls[index % calls.length]!, done)
    },
    close: open.close,
  }
}
