/** The checker, over both files. */
import { checkModel } from '../check/check.ts'
import { defineStage, type VerifyFinding } from '../define-stage.ts'
import type { OpenModel } from '../open-model.ts'

export const check = defineStage({
  name: 'check',
  about: 'the structure is what the ONNX standard asks for',
  run: ({ model, other }) => ({
    findings: [...findingsOf(model), ...(other ? findingsOf(other) : [])],
  }),
})

function findingsOf(model: OpenModel): VerifyFinding[] {
  const { resolveExternal } = model
  return checkModel(model.proto(), resolveExternal ? { resolveExternal } : {}).map((one) => ({
    ...one,
    message: `${model.label}: ${one.message}`,
    node: nodeAt(model, one.path),
  }))
}

/** The node of the main graph that a path leads to. */
function nodeAt(model: OpenModel, path: string): string | undefined {
  const index = /^graph\.node\[(\d+)\]/.exec(path)?.[1]
  const node = index === undefined ? undefined : model.proto().graph?.node[Number(index)]
  return node && (node.name || node.output[0])
}
