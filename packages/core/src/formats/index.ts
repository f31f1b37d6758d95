export { graphOfModel, parseModel, type ReadOptions, readOnnx } from './onnx/read.ts'
export { readValue } from './onnx/read-value.ts'
