/** M1 to M5 and M8 to M10: the model around the graph. */
import { isFieldSet } from '@bufbuild/protobuf'
import { type ModelProto, StringStringEntryProtoSchema } from '../../formats/onnx/onnx_pb.ts'
import { domainOf } from '../../formats/onnx/read-context.ts'
import { irVersionOf, newestIrVersion, newestOpsets } from '../../formats/onnx/versions.ts'
import { type CheckContext, duplicates } from './context.ts'

export function checkModelFields(model: ModelProto, context: CheckContext): void {
  const { report } = context
  const ir = Number(model.irVersion)
  if (ir === 0) report('SLP-M1', 'ir_version', 'ir_version is not set')
  else if (ir < 0 || ir > newestIrVersion)
    report('SLP-M2', 'ir_version', `ir_version may be 1 to ${newestIrVersion}, got ${ir}`)
  for (const key of duplicates(model.metadataProps.map((one) => one.key))) {
    report('SLP-M3', 'metadata_props', `metadata key "${key}" stands twice`)
  }
  model.metadataProps.forEach((entry, i) => {
    if (!isFieldSet(entry, StringStringEntryProtoSchema.field.value)) {
      report('SLP-M10', `metadata_props[${i}]`, `metadata "${entry.key}" has no value`)
    }
  })
  if (ir >= 3 && model.opsetImport.length === 0)
    report('SLP-M4', 'opset_import', 'the model imports no operator set')
  if (ir > 0 && ir < 3 && model.opsetImport.length > 0) {
    report('SLP-M4', 'opset_import', `a model of IR version ${ir} must not import operator sets`)
  }
  checkOpsets(model, ir, context)
}

function checkOpsets(model: ModelProto, ir: number, { report }: CheckContext): void {
  model.opsetImport.forEach(({ domain, version }, i) => {
    const path = `opset_import[${i}]`
    const name = domainOf(domain)
    if (version <= 0n || version > 2n ** 31n - 1n) {
      report(
        'SLP-M5',
        `${path}.version`,
        `version of "${domain || 'ai.onnx'}" must be a positive 32-bit number, got ${version}`,
      )
      return
    }
    const newest = newestOpsets.get(name)
    if (newest !== undefined && version > BigInt(newest)) {
      report(
        'SLP-M8',
        `${path}.version`,
        `"${domain || 'ai.onnx'}" ends at version ${newest}, got ${version}`,
      )
      return
    }
    const needed = name === '' ? irVersionOf(Number(version)) : undefined
    if (needed !== undefined && ir > 0 && ir < needed) {
      report('SLP-M9', path, `ai.onnx ${version} came with IR version ${needed}, but ir_version is ${ir}`)
    }
  })
  for (const domain of duplicates(model.opsetImport.map((one) => domainOf(one.domain)))) {
    report('SLP-M5', 'opset_import', `domain "${domain || 'ai.onnx'}" is imported twice`)
  }
}
