import { once } from 'node:events'
import { createServer, request, type Server } from 'node:http'
import { createServer as createHttps, request as requestHttps } from 'node:https'
import { connect } from 'node:net'
import { credentials } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import { GRPCInferenceService } from '../proto/grpc_service_pb.ts'
import { hasOpenssl, makeCertificates } from '../testing/certificates.ts'
import { bytesOf, grpcFixture, inferInit } from '../testing/grpc-fixture.ts'
import { grpcPeer } from '../testing/grpc-peer.ts'
import { onePortProtocols, sharePort } from './one-port.ts'

const { method } = GRPCInferenceService
const image = Array.from({ length: 50_000 }, (_, i) => i % 1000)

/** Answers the number of bytes of the body. */
const count: Parameters<typeof createServer>[1] = async (incoming, reply) => {
  let bytes = 0
  for await (const chunk of incoming) bytes += chunk.length
  reply.end(`${incoming.httpVersion} ${bytes}`)
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return typeof address === 'object' && address ? address.port : 0
}

function post(port: number, body: Buffer, ca?: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const options = { port, host: 'localhost', method: 'POST', agent: false, ...(ca && { ca }) }
    const call = (ca ? requestHttps : request)(options, async (reply) => {
      const parts: Buffer[] = []
      for await (const part of reply) parts.push(part)
      resolve(Buffer.concat(parts).toString())
    })
    call.on('error', reject).end(body)
  })
}

async function within<T>(server: Server, stop: () => void, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } finally {
    stop()
    server.closeAllConnections()
    server.close()
  }
}

describe('one port', () => {
  it('serves HTTP/1.1 and gRPC, small and large', async () => {
    await using given = await grpcFixture()
    const http = createServer(count)
    const stop = sharePort(http, given.server.accept)
    const port = await portOf(http)
    await within(http, stop, async () => {
      using peer = grpcPeer(port)
      for (const values of [[1, 2], image, [3]]) {
        const body = Buffer.alloc(values.length * 4)
        const [text, answer] = await Promise.all([
          post(port, body),
          peer.call(method.modelInfer, inferInit(values)),
        ])
        expect(text).toBe(`1.1 ${body.length}`)
        expect(bytesOf(...values).equals(answer.rawOutputContents[0]!)).toBe(true)
      }
      await given.server.close()
    })
  })

  it('waits for bytes that come one by one, and is not fooled by a method that begins alike', async () => {
    await using given = await grpcFixture()
    const http = createServer(count)
    const stop = sharePort(http, given.server.accept)
    const port = await portOf(http)
    await within(http, stop, async () => {
      const socket = connect(port, '127.0.0.1')
      for (const character of 'PROPFIND / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n') {
        socket.write(character)
        await new Promise((resolve) => setImmediate(resolve))
      }
      let text = ''
      for await (const chunk of socket) text += chunk
      expect(text).toContain('1.1 0')
    })
  })

  it('ends connections that say nothing, in time and when it closes', async () => {
    await using given = await grpcFixture()
    const http = createServer(count)
    const stop = sharePort(http, given.server.accept, { firstBytesMs: 20 })
    const port = await portOf(http)
    await within(http, stop, async () => {
      const silent = connect(port, '127.0.0.1')
      await once(silent, 'close')
    })
    const patient = createServer(count)
    const end = sharePort(patient, given.server.accept)
    const silent = connect(await portOf(patient), '127.0.0.1')
    await once(patient, 'connection')
    patient.close()
    end()
    await Promise.all([once(silent, 'close'), once(patient, 'close')])
  })

  it.runIf(hasOpenssl())('serves both with TLS, as the handshake says', async () => {
    const { authority, server } = makeCertificates()
    await using given = await grpcFixture()
    const https = createHttps({ ...server, ALPNProtocols: [...onePortProtocols] }, count)
    const stop = sharePort(https, given.server.accept)
    const port = await portOf(https)
    await within(https, stop, async () => {
      using peer = grpcPeer(port, credentials.createSsl(authority.cert))
      const answer = await peer.call(method.modelInfer, inferInit(image))
      expect(bytesOf(...image).equals(answer.rawOutputContents[0]!)).toBe(true)
      expect(await post(port, Buffer.alloc(5), authority.cert)).toBe('1.1 5')
      await given.server.close()
    })
  })
})
