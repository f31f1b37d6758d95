/** An ONNX model as JSON: the mapping that protobuf defines, which the onnx package reads and writes too. */
import { toJson } from '@bufbuild/protobuf'
import { type ModelProto, ModelProtoSchema } from './onnx_pb.ts'

/** Weights are base64, 64-bit integers are texts, and absent fields are left out. */
export function modelToJson(model: ModelProto): string {
  return `${JSON.stringify(toJson(ModelProtoSchema, model), null, 2)}\n`
}
