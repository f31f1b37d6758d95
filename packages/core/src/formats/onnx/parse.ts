/** Bytes → messages: the scan first, then the decoder. */
import { type DescMessage, fromBinary, type MessageShape } from '@bufbuild/protobuf'
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits, type Limits } from '../../base/limits.ts'
import { type ModelProto, ModelProtoSchema } from './onnx_pb.ts'
import { scan } from './scan.ts'

/** Beginnings of files that people take for ONNX files, and what to do. */
const impostors: readonly (readonly [start: string, remedy: string])[] = [
  [
    'version https://git-lfs',
    'This is a Git LFS pointer, not the model: fetch the model with "git lfs pull".',
  ],
  ['PK\x03\x04', 'This is a zip archive, perhaps a PyTorch checkpoint: export the model to ONNX.'],
  ['GGUF', 'This is a GGUF file.'],
  ['<', 'This is an HTML or XML page, perhaps an error page of a download.'],
  ['{', 'This is text, perhaps JSON.'],
  ['\x1f\x8b', 'This is a gzip archive: unpack it first.'],
]

/**
 * A message of onnx.proto. `bytes` fields are views of `bytes`.
 *
 * @throws SLP-F1, SLP-F2 for malformed bytes; SLP-L1 to SLP-L3 and SLP-L6 over the limits.
 */
export function parseMessage<D extends DescMessage>(
  descriptor: D,
  bytes: Uint8Array,
  limits: Limits = defaultLimits,
): MessageShape<D> {
  scan(descriptor, bytes, limits)
  try {
    return fromBinary(descriptor, bytes, { recursionLimit: limits.messageDepth + 1 })
  } catch (cause) {
    throw new SlipwayError('SLP-F1', `Cannot read file: it must be a valid ${descriptor.name}`, { cause })
  }
}

/**
 * The message of an ONNX file as it stands, unknown fields included: `serializeModel` gives the same bytes back
 * for a file in canonical order. Weights are views of `bytes`.
 *
 * @throws SLP-F1, SLP-F2 for malformed bytes; SLP-L1 to SLP-L3 and SLP-L6 over the limits.
 */
export function parseModel(bytes: Uint8Array, limits: Limits = defaultLimits): ModelProto {
  if (bytes.length === 0)
    throw new SlipwayError('SLP-F2', 'Cannot read ONNX file: it must hold a ModelProto, got 0 bytes')
  try {
    return parseMessage(ModelProtoSchema, bytes, limits)
  } catch (error) {
    const start = String.fromCharCode(...bytes.subarray(0, 32))
    const remedy = impostors.find(([text]) => start.startsWith(text))?.[1]
    if (!remedy || !(error instanceof SlipwayError) || error.code.startsWith('SLP-L')) throw error
    throw new SlipwayError('SLP-F1', 'Cannot read ONNX file: it must be a ModelProto', {
      remedy,
      cause: error,
    })
  }
}
