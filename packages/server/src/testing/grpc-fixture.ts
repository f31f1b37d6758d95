/** A gRPC server over fake services, a client of it, and answers that a test may change. */
import type { Caller } from '../contract/caller.ts'
import type { Infer, Services } from '../contract/services.ts'
import { createGrpcServer, type GrpcOptions, type GrpcServer } from '../grpc/grpc-server.ts'
import { type FakeServices, fakeServices } from './fake-services.ts'
import { type GrpcPeer, grpcPeer } from './grpc-peer.ts'

export interface GrpcFixture extends AsyncDisposable {
  readonly services: FakeServices
  readonly server: GrpcServer
  readonly peer: GrpcPeer
  readonly port: number
  /** Who asked for the last inference. */
  readonly caller: Caller
  readonly echo: Infer
  /** Another answer to inferences; undefined: the echo again. */
  infer: Infer | undefined
}

export async function grpcFixture(
  options: GrpcOptions = {},
  given: Partial<Services> = {},
): Promise<GrpcFixture> {
  const { infer: echo } = fakeServices()
  let infer: Infer | undefined
  let caller: Caller | undefined
  const services = fakeServices({
    infer: (request, from) => {
      caller = from
      return (infer ?? echo)(request, from)
    },
    ...given,
  })
  const server = createGrpcServer(services, { healthPollMs: 5, ...options })
  const port = await server.listen({ port: 0 })
  const peer = grpcPeer(port)
  return {
    services,
    server,
    peer,
    port,
    echo,
    get caller() {
      if (!caller) throw new Error('nobody has asked')
      return caller
    },
    get infer() {
      return infer
    },
    set infer(other) {
      infer = other
    },
    async [Symbol.asyncDispose]() {
      peer[Symbol.dispose]()
      await server.close({ graceMs: 0 })
    },
  }
}

export const bytesOf = (...values: number[]): Buffer => Buffer.from(Float32Array.from(values).buffer)
export const floatsOf = (bytes: Uint8Array): number[] => [...new Float32Array(new Uint8Array(bytes).buffer)]

/** A ModelInferRequest to the model `m` with the input `x`. */
export const inferInit = (values: readonly number[], more: object = {}) => ({
  modelName: 'm',
  inputs: [{ name: 'x', datatype: 'FP32', shape: [BigInt(values.length)] }],
  rawInputContents: [bytesOf(...values)],
  ...more,
})
