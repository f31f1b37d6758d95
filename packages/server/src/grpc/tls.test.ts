import { credentials, status } from '@grpc/grpc-js'
import { describe, expect, it } from 'vitest'
import type { Credentials } from '../contract/policy.ts'
import { anonymous } from '../contract/principal.ts'
import { certificateSubject } from '../policy/certificate-subject.ts'
import { GRPCInferenceService } from '../proto/grpc_service_pb.ts'
import { hasOpenssl, makeCertificates } from '../testing/certificates.ts'
import { grpcFixture, inferInit } from '../testing/grpc-fixture.ts'
import { grpcPeer } from '../testing/grpc-peer.ts'

const { method } = GRPCInferenceService

describe.runIf(hasOpenssl())('TLS', () => {
  const { authority, server, client } = makeCertificates()
  const policy = {
    authenticate: ({ certificateSubject: subject }: Credentials) => ({
      ...anonymous,
      subject: subject() ?? 'nobody',
    }),
    authorize: () => {},
  }

  it('serves clients that trust the certificate', async () => {
    await using given = await grpcFixture({ tls: server }, { policy })
    using peer = grpcPeer(given.port, credentials.createSsl(authority.cert))
    await peer.call(method.modelInfer, inferInit([1]))
    expect(given.caller.principal.subject).toBe('nobody')
    using stranger = grpcPeer(given.port, credentials.createSsl())
    await expect(stranger.call(method.serverLive, {})).rejects.toMatchObject({ code: status.UNAVAILABLE })
    await expect(given.peer.call(method.serverLive, {})).rejects.toMatchObject({ code: status.UNAVAILABLE })
  })

  it('knows clients by their certificates where it asks for them', async () => {
    await using given = await grpcFixture({ tls: { ...server, clientCa: authority.cert } }, { policy })
    using peer = grpcPeer(given.port, credentials.createSsl(authority.cert, client.key, client.cert))
    await peer.call(method.modelInfer, inferInit([1]))
    expect(given.caller.principal.subject).toBe('CN=ci\\, with comma,O=Slipway')
    using other = grpcPeer(given.port, credentials.createSsl(authority.cert))
    await expect(other.call(method.serverLive, {})).rejects.toMatchObject({ code: status.UNAVAILABLE })
  })
})

it('writes subjects so that no name can pretend to be several', () => {
  expect(certificateSubject({ C: 'DE', OU: ['a', 'b'], CN: 'x,O=y' })).toBe('CN=x\\,O\\=y,OU=b,OU=a,C=DE')
})
