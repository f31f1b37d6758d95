/** A gRPC client for tests that knows the generated messages only: it shares no code with the server. */
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf'
import {
  type CallOptions,
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  type ClientOptions,
  credentials as grpcCredentials,
  Metadata,
  type ServiceError,
} from '@grpc/grpc-js'

type Described<I extends DescMessage, O extends DescMessage> = DescMethod & {
  readonly input: I
  readonly output: O
}

export interface PeerOptions {
  readonly metadata?: Readonly<Record<string, string>>
  readonly options?: CallOptions
  /** Another path, such as that of an alias. */
  readonly path?: string
  readonly signal?: AbortSignal
}

export interface GrpcPeer {
  readonly client: Client
  /** Rejects with the library's own error, which has the status. */
  call<I extends DescMessage, O extends DescMessage>(
    method: Described<I, O>,
    request: MessageInitShape<I>,
    options?: PeerOptions,
  ): Promise<MessageShape<O>>
  stream<I extends DescMessage, O extends DescMessage>(
    method: Described<I, O>,
    options?: PeerOptions,
  ): ClientDuplexStream<MessageInitShape<I>, MessageShape<O>>
  [Symbol.dispose](): void
}

export function grpcPeer(
  port: number,
  credentials: ChannelCredentials = grpcCredentials.createInsecure(),
  channel: ClientOptions = {},
): GrpcPeer {
  const client = new Client(`localhost:${port}`, credentials, {
    'grpc.max_receive_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
    ...channel,
  })
  return {
    client,
    call: (method, request, { metadata, options = {}, path = pathOf(method), signal } = {}) =>
      new Promise((resolve, reject) => {
        const call = client.makeUnaryRequest(
          path,
          writerOf(method.input),
          readerOf(method.output),
          request,
          metadataOf(metadata),
          options,
          (error: ServiceError | null, response) => (error ? reject(error) : resolve(response!)),
        )
        signal?.addEventListener('abort', () => call.cancel())
      }),
    stream: (method, { metadata, options = {}, path = pathOf(method) } = {}) =>
      client.makeBidiStreamRequest(
        path,
        writerOf(method.input),
        readerOf(method.output),
        metadataOf(metadata),
        options,
      ),
    [Symbol.dispose]: () => client.close(),
  }
}

const pathOf = (method: DescMethod): string => `/${method.parent.typeName}/${method.name}`

const writerOf =
  <I extends DescMessage>(schema: I) =>
  (message: MessageInitShape<I>): Buffer =>
    Buffer.from(toBinary(schema, create(schema, message)))

const readerOf =
  <O extends DescMessage>(schema: O) =>
  (bytes: Buffer): MessageShape<O> =>
    fromBinary(schema, bytes)

export function metadataOf(entries: Readonly<Record<string, string>> = {}): Metadata {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(entries)) metadata.set(name, value)
  return metadata
}
