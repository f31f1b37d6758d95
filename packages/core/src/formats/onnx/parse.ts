/** Bytes → messages: the scan first, then the decoder. */
import { SlipwayError } from '../../base/errors.ts'
import { defaultLimits, type Limits } from '../../base/limits.ts'
import { decode } from './decode.ts'
import type { MapProto, ModelProto, OptionalProto, SequenceProto, TensorProto } from './onnx_pb.ts'
import { scan } from './scan.ts'
import { ruleOf } from './wire-rules.ts'

/** The messages that files hold. */
interface Messages {
  ModelProto: ModelProto
  TensorProto: TensorProto
  SequenceProto: SequenceProto
  OptionalProto: OptionalProto
  MapProto: MapProto
}

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
export function parseMessage<N extends keyof Messages>(
  name: N,
  bytes: Uint8Array,
  limits: Limits = defaultLimits,
): Messages[N] {
  scan(name, bytes, limits)
  try {
    return decode(ruleOf(name), bytes) as Messages[N] // made by the rule of that name
  } catch (cause) {
    throw new SlipwayError('SLP-F1', `Cannot read file: it must be a valid ${name}`, { cause })
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
    return parseMessage('ModelProto', bytes, limits)
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
