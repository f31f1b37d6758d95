import { inspectModel, type ModelSummary, type NamedType } from '@slipway/core'
import { type Provenance, provenanceKey, readProvenance } from '@slipway/core/verify'
import { defineCommand } from '../define-command.ts'
import { loadModel } from '../io/load-model.ts'
import { bytesText, columns, countText } from '../io/table.ts'
import { visible } from '../io/terminal.ts'

export const inspect = defineCommand({
  name: 'inspect',
  about: 'Shows inputs, outputs, operators, parameters, and what is unusual about a model',
  arguments: [{ name: '<model>', about: 'an ONNX file' }],
  options: [{ flags: '--json', about: 'print the summary as JSON' }],
  examples: ['slipway inspect model.onnx'],
  async run({ positional, flag }, terminal) {
    const path = positional[0]!
    const { model, read } = await loadModel(path)
    const summary = inspectModel(model, read)
    const provenance = await readProvenance(read.metadata, read.graph)
    if (flag('json')) terminal.print(JSON.stringify({ model: path, ...summary, provenance }, null, 2))
    else for (const line of [...report(path, summary), ...chainLines(provenance)]) terminal.print(line)
    return 0
  },
})

function chainLines(provenance: Provenance | undefined): string[] {
  if (!provenance) return []
  const { stages, problems } = provenance
  return [
    'made by',
    ...columns(
      stages.map(({ stage, version, settings = {} }) => [
        `${stage} ${version}`,
        Object.entries(settings)
          .map(([name, value]) => `${name} ${value}`)
          .join(', '),
      ]),
    ),
    ...problems.map((problem) => visible(`  warning: the chain is broken: ${problem}`)),
  ]
}

function report(path: string, summary: ModelSummary): string[] {
  const opsets = Object.entries(summary.opsets).map(([domain, version]) => `${domain} ${version}`)
  const named = (list: readonly NamedType[]) => columns(list.map(({ name, type }) => [name, type]))
  return [
    `${path}: ${visible(summary.graphName) || 'a graph without a name'}`,
    `  IR ${summary.irVersion}, ${opsets.join(', ')}${summary.producer ? `, written by ${visible(summary.producer)}` : ''}`,
    `  ${countText(summary.nodes)} nodes, ${countText(summary.parameters)} parameters (${bytesText(summary.parameterBytes)})`,
    'inputs',
    ...named(summary.inputs),
    'outputs',
    ...named(summary.outputs),
    'operators',
    ...columns(summary.operators.map(([operator, count]) => [operator, String(count)])),
    ...(summary.unusual.length > 0
      ? ['unusual', ...summary.unusual.map((line) => `  ${visible(line)}`)]
      : []),
    ...metadataLines(summary.metadata),
  ]
}

function metadataLines(metadata: Readonly<Record<string, string>>): string[] {
  const entries = Object.entries(metadata).filter(([key]) => key !== provenanceKey)
  return entries.length === 0
    ? []
    : ['metadata', ...columns(entries.map(([key, value]) => [key, value.slice(0, 100)]))]
}
