/** The checker: every finding of a model at once, each with a stable code, a path and a hint. */
import { SlipwayError } from '../../base/errors.ts'
import type { ModelProto, TensorProto } from '../../formats/onnx/onnx_pb.ts'
import { type CheckContext, type Finding, functionKey, normalDomain, reporter } from './context.ts'
import { checkFunctions } from './function-rules.ts'
import { checkGraph } from './graph-rules.ts'
import { checkModelFields } from './model-rules.ts'
import { checkTypes } from './type-rules.ts'

export interface CheckOptions {
  /** Reads a tensor's external data and throws what is wrong with it. Without it only the entries are checked. */
  readonly readExternal?: (tensor: TensorProto) => void
}

/**
 * All findings of a model, errors and warnings, in the order of the file. Types and shapes are checked only where the
 * structure is sound.
 *
 * @example
 * const findings = checkModel(parseModel(await readFile('model.onnx')))
 * findings.filter(({ severity }) => severity === 'error').length // 0
 */
export function checkModel(model: ModelProto, options: CheckOptions = {}): Finding[] {
  const findings: Finding[] = []
  const context: CheckContext = {
    irVersion: Number(model.irVersion),
    opsets: new Map(model.opsetImport.map(({ domain, version }) => [normalDomain(domain), Number(version)])),
    functions: new Set(model.functions.map((fn) => functionKey(fn.domain, fn.name, fn.overload))),
    subgraphDepth: 0,
    readExternal: options.readExternal,
    report: reporter(findings),
  }
  checkModelFields(model, context)
  checkFunctions(model, context)
  if (model.graph) checkGraph(model.graph, 'graph', context)
  else context.report('SLP-G1', 'graph', 'the model has no graph')
  const sound = findings.every(({ severity }) => severity !== 'error')
  if (sound) checkTypesOf(model, context)
  return findings
}

function checkTypesOf(model: ModelProto, context: CheckContext): void {
  try {
    checkTypes(model, context)
  } catch (error) {
    if (!(error instanceof SlipwayError)) throw error
    context.report('SLP-Y1', error.details.path ?? 'graph', error.message)
  }
}
