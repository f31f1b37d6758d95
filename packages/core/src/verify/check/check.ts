/** The checker: every finding of a model at once, each with a stable code, a path and a hint. */
import { SlipwayError } from '../../base/errors.ts'
import type { ResolveExternal } from '../../formats/onnx/external-data.ts'
import type { ModelProto } from '../../formats/onnx/onnx_pb.ts'
import { type CheckContext, type Finding, functionKey, importsOf, reporter } from './context.ts'
import { checkFunctions } from './function-rules.ts'
import { checkGraph } from './graph-rules.ts'
import { checkModelFields } from './model-rules.ts'
import { checkTypes } from './type-rules.ts'

export interface CheckOptions {
  /** The door to external data, such as `folderResolver`. Without it only the entries of the file are checked. */
  readonly resolveExternal?: ResolveExternal
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
    ...importsOf(model.opsetImport),
    functions: new Set(model.functions.map((fn) => functionKey(fn.domain, fn.name, fn.overload))),
    subgraphDepth: 0,
    resolveExternal: options.resolveExternal,
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
    // Whatever an operator makes of a stranger's model, the other findings must reach the user.
    const path = error instanceof SlipwayError ? error.details.path : undefined
    context.report('SLP-Y1', path ?? 'graph', error instanceof Error ? error.message : String(error))
  }
}
