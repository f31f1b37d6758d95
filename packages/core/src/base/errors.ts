/**
 * The one error class and the catalogue of its codes. Each code maps once to an HTTP and once to a gRPC
 * status. docs/errors.md documents every code; a test compares the two in both directions.
 */

/** gRPC status names used by the catalogue. */
export type GrpcStatus =
  | 'CANCELLED'
  | 'INVALID_ARGUMENT'
  | 'NOT_FOUND'
  | 'RESOURCE_EXHAUSTED'
  | 'FAILED_PRECONDITION'
  | 'UNIMPLEMENTED'
  | 'UNAUTHENTICATED'
  | 'PERMISSION_DENIED'
  | 'DEADLINE_EXCEEDED'
  | 'ABORTED'
  | 'INTERNAL'
  | 'UNAVAILABLE'

export interface ErrorKind {
  readonly title: string
  readonly http: number
  readonly grpc: GrpcStatus
}

const bad = (title: string): ErrorKind => ({ title, http: 400, grpc: 'INVALID_ARGUMENT' })
const tooLarge = (title: string): ErrorKind => ({ title, http: 413, grpc: 'RESOURCE_EXHAUSTED' })
const missing = (title: string): ErrorKind => ({ title, http: 404, grpc: 'NOT_FOUND' })
const internal = (title: string): ErrorKind => ({ title, http: 500, grpc: 'INTERNAL' })
const unsupported = (title: string): ErrorKind => ({ title, http: 501, grpc: 'UNIMPLEMENTED' })

export const errorCatalogue = {
  'SLP-B1': bad('tensor data does not fit its shape'),
  'SLP-B2': bad('unknown element type'),
  'SLP-B3': bad('value cannot be represented in the element type'),
  'SLP-B4': bad('invalid dimension'),
  'SLP-I1': internal('graph breaks a rule of the IR'),
  'SLP-I2': internal('patch would change the type of a value'),
  'SLP-I3': bad('graph text cannot be parsed'),
  'SLP-I4': bad('unknown value name'),
  'SLP-O1': bad('attribute is missing or invalid'),
  'SLP-O2': bad('operator refuses the types or shapes of its inputs'),
  'SLP-O3': unsupported('operator is unknown'),
  'SLP-O4': bad('operator refuses the values of its inputs'),
  'SLP-O5': bad('operator has the wrong number of inputs or outputs'),
  'SLP-K1': internal('emitted code breaks a rule of WebAssembly'),
  'SLP-K2': internal('kernel call does not fit its kernel'),
  'SLP-F1': bad('file is malformed'),
  'SLP-F2': bad('file is truncated'),
  'SLP-F3': bad('required field is missing'),
  'SLP-F4': unsupported('version of the format or operator set is not supported'),
  'SLP-F5': bad('tensor in the file is invalid'),
  'SLP-F6': bad('function is recursive or unknown'),
  'SLP-F7': unsupported('no conversion to the wanted operator set'),
  'SLP-F8': { title: 'file cannot be loaded from its address', http: 502, grpc: 'UNAVAILABLE' },
  'SLP-L1': tooLarge('file is larger than the limit'),
  'SLP-L2': tooLarge('nesting is deeper than the limit'),
  'SLP-L3': tooLarge('count is over the limit'),
  'SLP-L4': tooLarge('tensor is larger than the limit'),
  'SLP-L5': tooLarge('functions expand to more nodes than the limit'),
  'SLP-L6': tooLarge('decoding the file needs more memory than the limit'),
  'SLP-X1': bad('external data is not allowed here'),
  'SLP-X2': bad('external data lies outside the folder of the model'),
  'SLP-X3': bad('external data is a link or not a regular file'),
  'SLP-X4': bad('external data range is outside the file'),
  'SLP-X5': bad('external data entry is invalid'),
  'SLP-A1': unsupported('operator has no gradient'),
  'SLP-A2': bad('value cannot be differentiated'),
  'SLP-A3': internal('gradient does not fit its value'),
  'SLP-S1': bad('unknown input'),
  'SLP-S2': bad('input is missing'),
  'SLP-S3': bad('input, or array for an output, has the wrong element type'),
  'SLP-S4': bad('input, or array for an output, has the wrong shape'),
  'SLP-S5': bad('unknown output'),
  'SLP-S6': { title: 'session is disposed', http: 503, grpc: 'FAILED_PRECONDITION' },
  'SLP-S7': { title: 'run was cancelled', http: 499, grpc: 'CANCELLED' },
  'SLP-S8': internal('engine failed'),
  'SLP-S9': unsupported('engine has no synchronous runs'),
  'SLP-M1': bad('hyper-parameter of an estimator is unknown or invalid'),
  'SLP-M2': bad('estimator is not fitted'),
  'SLP-M3': bad('samples or targets cannot be used'),
  'SLP-M4': unsupported('estimator cannot be exported'),
  'SLP-R1': missing('model is unknown'),
  'SLP-R2': missing('model version is unknown'),
  'SLP-R3': { title: 'model is not ready', http: 503, grpc: 'UNAVAILABLE' },
  'SLP-R4': bad('request is malformed'),
  'SLP-R5': tooLarge('request body is larger than the limit'),
  'SLP-R6': { title: 'content type or encoding is not supported', http: 415, grpc: 'INVALID_ARGUMENT' },
  'SLP-R7': { title: 'server is stopping', http: 503, grpc: 'UNAVAILABLE' },
  'SLP-R8': bad('model repository is invalid'),
  'SLP-R9': unsupported('protocol extension is not supported'),
  'SLP-R10': { title: 'rate limit is exceeded', http: 429, grpc: 'RESOURCE_EXHAUSTED' },
  'SLP-R11': { title: 'queue is full', http: 503, grpc: 'UNAVAILABLE' },
  'SLP-R12': { title: 'request timed out in the queue', http: 503, grpc: 'UNAVAILABLE' },
  'SLP-R13': { title: 'caller is not authenticated', http: 401, grpc: 'UNAUTHENTICATED' },
  'SLP-R14': { title: 'caller may not do this', http: 403, grpc: 'PERMISSION_DENIED' },
  'SLP-R15': { title: 'operation is not allowed in this mode', http: 503, grpc: 'UNAVAILABLE' },
  'SLP-R16': missing('session is unknown or has expired'),
  'SLP-R17': { title: 'state store cannot be reached', http: 503, grpc: 'UNAVAILABLE' },
  'SLP-R18': { title: 'record was changed by somebody else', http: 409, grpc: 'ABORTED' },
  'SLP-R19': bad('model configuration or rollout is invalid'),
  'SLP-R20': { title: 'deadline has passed', http: 504, grpc: 'DEADLINE_EXCEEDED' },
  'SLP-D1': unsupported('native runtime is not installed'),
  'SLP-D2': { title: 'native library is not on the allow-list', http: 403, grpc: 'PERMISSION_DENIED' },
  'SLP-D3': { title: 'model or lock is not what it must be', http: 403, grpc: 'PERMISSION_DENIED' },
  'SLP-N1': { title: 'server cannot be reached', http: 502, grpc: 'UNAVAILABLE' },
  'SLP-N2': { title: 'answer of the server cannot be understood', http: 502, grpc: 'INTERNAL' },
  'SLP-T1': bad('tensors do not belong together'),
  'SLP-T2': bad('value cannot be read here'),
  'SLP-T3': bad('variable has changed since it was used'),
  'SLP-T4': bad('state does not belong to the module'),
  'SLP-T5': bad('training has left the finite numbers'),
  'SLP-C1': bad('command line is invalid'),
  'SLP-C2': bad('file cannot be read or written'),
} as const satisfies Record<string, ErrorKind>

export type ErrorCode = keyof typeof errorCatalogue

/** Where an error happened and what would help; every field is optional and goes into the message. */
export interface ErrorDetails {
  /** Path in the model, such as `graph.node[12].input[1]`. */
  readonly path?: string
  readonly node?: string
  readonly operator?: string
  /** Byte offset in the file. */
  readonly offset?: number
  /** Types of the node's inputs, such as `float32[N,3]`. */
  readonly inputs?: readonly string[]
  readonly expected?: string
  readonly got?: string
  readonly remedy?: string
  readonly cause?: unknown
  /** When another try may succeed; protocols tell it to the client. */
  readonly retryAfterMs?: number
}

/** An error with a stable code. The code stands in the message too, because tools often show nothing else. */
export class SlipwayError extends Error {
  override readonly name = 'SlipwayError'
  readonly code: ErrorCode
  /** The message without its code and details. */
  readonly summary: string
  readonly details: ErrorDetails

  constructor(code: ErrorCode, summary: string, details: ErrorDetails = {}) {
    super(
      `[${code}] ${summary}${describe(details)}`,
      details.cause === undefined ? {} : { cause: details.cause },
    )
    this.code = code
    this.summary = summary
    this.details = details
  }
}

function describe({ path, node, operator, offset, inputs, remedy }: ErrorDetails): string {
  const where = [
    path && `at ${path}`,
    node && `node "${node}"`,
    operator && `operator ${operator}`,
    offset !== undefined && `byte ${offset}`,
    inputs && inputs.length > 0 && `inputs ${inputs.join(', ')}`,
  ].filter(Boolean)
  return `${where.length > 0 ? ` (${where.join('; ')})` : ''}${remedy ? `. ${remedy}` : ''}`
}
