/** Whether what the file says about its own making still holds. */
import { defineStage, finding } from '../define-stage.ts'
import { readProvenance } from '../provenance.ts'

export const provenance = defineStage({
  name: 'provenance',
  about: 'the chain of stages that made the model is whole',
  skip: ({ model }) =>
    [...model.proto().metadataProps].some(({ key }) => key.startsWith('pkg.slipway.'))
      ? undefined
      : 'the model says nothing about its making',
  async run({ model }) {
    const { metadata, graph } = model.read()
    const found = await readProvenance(metadata, graph)
    return {
      findings: (found?.problems ?? []).map((problem) =>
        finding('SLP-V19', problem, { path: 'metadata_props' }),
      ),
      facts: { stages: found?.stages ?? [] },
    }
  },
})
