import { create, createFileRegistry, fromBinary } from '@bufbuild/protobuf'
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire'
import {
  type FileDescriptorProto,
  FileDescriptorProtoSchema,
  FileDescriptorSetSchema,
} from '@bufbuild/protobuf/wkt'
import { Metadata, status } from '@grpc/grpc-js'
import { SlipwayError } from '@slipway/core'
import { describe, expect, it } from 'vitest'
import { type GrpcFixture, grpcFixture } from '../testing/grpc-fixture.ts'

/** Fields of the reflection protocol: number and text of the one that is asked, and what the answer holds in its. */
function ask(
  { peer }: GrpcFixture,
  version: 'v1' | 'v1alpha',
  field: number,
  text: string,
): Promise<Uint8Array> {
  const stream = peer.client.makeBidiStreamRequest(
    `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`,
    (bytes: Uint8Array) => Buffer.from(bytes),
    (bytes) => bytes,
    new Metadata(),
    {},
  )
  return new Promise((resolve, reject) => {
    stream.on('data', resolve).on('error', reject)
    stream.write(
      new BinaryWriter()
        .uint32((field << 3) | 2)
        .string(text)
        .finish(),
    )
    stream.end()
  })
}

function fieldsOf(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const reader = new BinaryReader(bytes)
  const found: Uint8Array[] = []
  while (reader.pos < reader.len) {
    const [field, wireType] = reader.tag()
    if (field === wanted && wireType === 2) found.push(reader.bytes())
    else reader.skip(wireType, field)
  }
  return found
}

const listServices = 7
const fileContainingSymbol = 4
const fileResponse = 4
const listResponse = 6

describe.each(['v1', 'v1alpha'] as const)('reflection %s', (version) => {
  it('lists the services', async () => {
    await using given = await grpcFixture()
    const [list] = fieldsOf(await ask(given, version, listServices, ''), listResponse)
    const names = fieldsOf(list!, 1).map((service) => Buffer.from(fieldsOf(service, 1)[0]!).toString())
    expect(names.sort()).toEqual([
      'grpc.health.v1.Health',
      'inference.GRPCInferenceService',
      'slipway.v1.SessionService',
    ])
  })

  it('describes a service and all that its messages need', async () => {
    await using given = await grpcFixture()
    const answer = await ask(given, version, fileContainingSymbol, 'slipway.v1.SessionService')
    const files = fieldsOf(fieldsOf(answer, fileResponse)[0]!, 1).map(
      (bytes): FileDescriptorProto => fromBinary(FileDescriptorProtoSchema, bytes),
    )
    const registry = createFileRegistry(create(FileDescriptorSetSchema, { file: files.reverse() }))
    expect(registry.getService('slipway.v1.SessionService')?.method['predict']?.output.typeName).toBe(
      'inference.ModelInferResponse',
    )
  })
})

describe('reflection', () => {
  it('needs the same proof as everything, and may be left out', async () => {
    const policy = {
      authenticate: () => Promise.reject(new SlipwayError('SLP-R13', 'Cannot authenticate caller')),
      authorize: () => {},
    }
    await using closed = await grpcFixture({}, { policy })
    await expect(ask(closed, 'v1', listServices, '')).rejects.toMatchObject({ code: status.UNAUTHENTICATED })
    await using without = await grpcFixture({ reflection: false })
    await expect(ask(without, 'v1', listServices, '')).rejects.toMatchObject({ code: status.UNIMPLEMENTED })
  })
})
