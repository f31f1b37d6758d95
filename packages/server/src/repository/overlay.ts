/** A model whose files came with the call that loads it, until another load replaces it. */
import { SlipwayError } from '@slipway/core'
import { isVersion } from '../oip/names.ts'
import { memorySource } from '../source/memory-source.ts'
import type { ModelSource } from '../source/source.ts'

const mostFiles = 64
const mostBytes = 2 ** 30
const mostConfigBytes = 2 ** 20
const onnxFile = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,127}\.onnx$/
const configFiles: readonly string[] = ['config.pbtxt', 'slipway.yaml']

/** Throws SLP-R4 for files that no model may bring: other names, too many, too large. */
export function overlaySource(model: string, files: ReadonlyMap<string, Uint8Array>): ModelSource {
  assertFiles(files)
  return memorySource(model, files)
}

function assertFiles(files: ReadonlyMap<string, Uint8Array>): void {
  if (files.size > mostFiles) refuse(`there may be ${mostFiles} at most`, String(files.size))
  let total = 0
  for (const [path, { length }] of files) {
    const [folder = '', name = '', ...rest] = path.split('/')
    const isModel = rest.length === 0 && isVersion(folder) && onnxFile.test(name)
    const isConfig = configFiles.includes(path)
    if (!isModel && !isConfig) {
      const rule = 'each must be a version and an ONNX file, such as "1/model.onnx", or a configuration'
      refuse(rule, JSON.stringify(path.slice(0, 200)))
    }
    if (isConfig && length > mostConfigBytes)
      refuse(`a configuration may have ${mostConfigBytes} bytes`, String(length))
    total += length
  }
  if (total > mostBytes) refuse(`they may have ${mostBytes} bytes together`, String(total))
}

function refuse(rule: string, got: string): never {
  throw new SlipwayError('SLP-R4', `Cannot load model from files of a request: ${rule}, got ${got}`)
}
