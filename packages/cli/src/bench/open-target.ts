/** A server under load: asked by the client, loaded by a sender that encodes nothing while load runs. */
import { connect } from 'node:net'
import { createClient, encodeInference } from '@slipway/server/client'
import { grpcSender } from './grpc-sender.ts'
import { restSender } from './rest-sender.ts'
import type { NamedTensor, Target, TargetOptions } from './target.ts'

/** For a question, not for a request of the load. */
const answerMs = 30_000
/** A model may take minutes to load. */
const reloadMs = 600_000

export function openTarget(options: TargetOptions): Target {
  const { url, protocol, headers, tls } = options
  const isGrpc = protocol === 'gRPC'
  const client = createClient({ url: url.href, headers, tls, deadlineMs: answerMs, retry: { tries: 1 } })
  const sender = isGrpc ? grpcSender(options) : restSender(options)
  return {
    protocol,
    // A client of gRPC that has been refused waits longer and longer before it looks again.
    live: async () => (await accepts(url)) && client.serverLive().catch(() => false),
    ready: () => client.serverReady().catch(() => false),
    models: async () => [...new Set((await client.repository.index()).map(({ name }) => name))],
    inputs: async ({ name, version }) => (await client.modelMetadata(name, version)).inputs,
    reload: ({ name }) => client.repository.load(name, {}, { deadlineMs: reloadMs }),
    load({ name, version }, variants) {
      const requests = variants.map((tensors) =>
        encodeInference(isGrpc ? 'grpc' : 'rest', { model: name, version, inputs: byName(tensors) }),
      )
      return { requestBytes: requests[0]!.body.length, send: sender.sendEach(requests) }
    },
    async close() {
      await Promise.all([client.close(), sender.close()])
    },
  }
}

const byName = (tensors: readonly NamedTensor[]) =>
  Object.fromEntries(tensors.map(({ name, tensor }) => [name, tensor]))

/** Whether somebody listens. */
function accepts({ hostname, port, protocol }: URL): Promise<boolean> {
  return new Promise((resolve) => {
    const host = hostname.replace(/^\[|\]$/g, '')
    const socket = connect({ host, port: Number(port) || (protocol.endsWith('s:') ? 443 : 80) })
    const end = (isOpen: boolean) => {
      socket.destroy()
      resolve(isOpen)
    }
    socket.once('connect', () => end(true)).once('error', () => end(false))
  })
}
