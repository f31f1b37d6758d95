/** What core offers in Node only: models in files. */
export { type FolderOptions, folderResolver } from './formats/onnx/external-data.node.ts'
export { type ReadFileOptions, readModelFile, readOnnxFile } from './formats/onnx/read-file.node.ts'
export {
  type ExternalWriteOptions,
  type WriteFileOptions,
  writeModelFile,
  writeOnnxFile,
} from './formats/onnx/write-file.node.ts'
