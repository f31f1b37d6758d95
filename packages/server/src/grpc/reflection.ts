/** Server reflection, by which tools such as grpcurl learn the services and their messages. */
import { type DescFile, toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import type { handleBidiStreamingCall, Server, UntypedServiceImplementation } from '@grpc/grpc-js'
import { ReflectionService } from '@grpc/reflection'
import { file_grpc_service } from '../proto/grpc_service_pb.ts'
import { file_health } from '../proto/health_pb.ts'
import { file_model_config } from '../proto/model_config_pb.ts'
import { file_sessions } from '../proto/sessions_pb.ts'
import { credentialsOf, headerOf } from './caller.ts'
import type { Host } from './serve.ts'
import { statusOf } from './status.ts'

const files: readonly DescFile[] = [file_model_config, file_grpc_service, file_sessions, file_health]

export function attachReflection(server: Server, host: Host): void {
  const fileDescriptorProtos = files.map(({ proto }) =>
    Buffer.from(toBinary(FileDescriptorProtoSchema, proto)),
  )
  const entry = { format: 'Protocol Buffer 3 DescriptorProto', type: {}, fileDescriptorProtos }
  new ReflectionService({ files: entry } as never).addToServer({
    // only the descriptors are read
    addService: (definition, implementation) => server.addService(definition, guarded(implementation, host)),
  })
}

type Handler = handleBidiStreamingCall<unknown, unknown>

/** The library's handlers know nothing of policies. */
function guarded(
  implementation: UntypedServiceImplementation,
  { services }: Host,
): UntypedServiceImplementation {
  const guard =
    (handler: Handler): Handler =>
    async (call) => {
      try {
        const principal = await services.policy.authenticate(credentialsOf(call, headerOf(call.metadata)))
        services.policy.authorize(principal, 'metadata', 'read')
        handler(call)
      } catch (error) {
        call.emit('error', statusOf(error, 'reflection', services.observe))
      }
    }
  return Object.fromEntries(
    Object.entries(implementation).map(([name, handler]) => [name, guard(handler as Handler)]), // all are of this kind
  )
}
