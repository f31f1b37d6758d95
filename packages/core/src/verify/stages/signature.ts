/** The structure against that of a golden model, and the settings of nodes against those of the other model. */
import { compareSettings } from '../compare-settings.ts'
import { defineStage, finding, type VerifyFinding } from '../define-stage.ts'
import { type ModelSignature, signModel } from '../signature.ts'

export const signature = defineStage({
  name: 'signature',
  about: 'operators, connections and settings are those of the golden model',
  async run({ model, other, expected }) {
    const own = await signModel(model.graph())
    const theirs = other && (await signModel(other.graph()))
    const findings = expected.structural === undefined ? [] : againstGolden(own, expected)
    if (other && theirs) {
      if (theirs.structural !== own.structural) {
        findings.push(finding('SLP-V7', `${model.label} and ${other.label} have different structures`))
      } else if (theirs.strict !== own.strict) {
        const differences = compareSettings(model.graph(), other.graph())
        findings.push(
          ...differences.map(({ node, operator, setting, got, expected: wanted }) =>
            finding('SLP-V6', `node "${node}" (${operator}) has ${setting} ${got}, not ${wanted}`, {
              node,
              operator,
            }),
          ),
        )
      }
    }
    return { findings, facts: { ...own, ...(theirs && { other: theirs }) } }
  },
})

function againstGolden(
  own: ModelSignature,
  { structural, strict }: { readonly structural?: string | undefined; readonly strict?: string | undefined },
): VerifyFinding[] {
  if (own.structural !== structural)
    return [finding('SLP-V5', `the structural signature must be ${structural}, got ${own.structural}`)]
  if (strict === undefined || own.strict === strict) return []
  return [
    finding('SLP-V5', `settings of nodes differ: the strict signature must be ${strict}, got ${own.strict}`),
  ]
}
