import { annotateTypes, diffGraphs, foldNode, type Graph, printGraph, SlipwayError } from '@slipway/core'
import { defineCommand } from '../define-command.ts'
import { loadModel } from '../io/load-model.ts'

/** What happens to a graph between the file and the engine, in order. */
interface Stage {
  readonly name: string
  readonly about: string
  readonly graph: Graph
}

export const explain = defineCommand({
  name: 'explain',
  about: 'Prints the graph after each stage between the file and the engine',
  arguments: [{ name: '<model>', about: 'an ONNX file' }],
  options: [
    { flags: '--after <stage>', about: 'only the graph after this stage: read, upgrade or infer' },
    { flags: '--diff', about: 'only what each stage changes' },
    { flags: '--json', about: 'print the stages as JSON' },
  ],
  examples: ['slipway explain model.onnx --diff', 'slipway explain model.onnx --after upgrade'],
  async run({ positional, text, flag }, terminal) {
    const stages = await stagesOf(positional[0]!)
    const shown = selected(stages, text('after'))
    const texts = shown.map((stage) => {
      const before = stages[stages.indexOf(stage) - 1]
      return flag('diff') && before
        ? diffGraphs(before.graph, stage.graph) || 'no change'
        : printGraph(stage.graph, { large: 'elide' })
    })
    if (flag('json')) {
      terminal.print(
        JSON.stringify(
          shown.map(({ name, about }, i) => ({ stage: name, about, text: texts[i] })),
          null,
          2,
        ),
      )
    } else {
      shown.forEach(({ name, about }, i) => {
        terminal.print(`# ${name}: ${about}\n${texts[i]}`)
      })
    }
    return 0
  },
})

async function stagesOf(path: string): Promise<Stage[]> {
  const asWritten = (await loadModel(path, { upgrade: (graph) => graph })).read.graph
  const { graph } = (await loadModel(path)).read
  return [
    { name: 'read', about: 'the file, functions inlined', graph: asWritten },
    { name: 'upgrade', about: 'operators raised to the newest operator set', graph },
    {
      name: 'infer',
      about: 'types and shapes of every value',
      graph: annotateTypes(graph, { fold: foldNode }),
    },
  ]
}

function selected(stages: readonly Stage[], name: string | undefined): readonly Stage[] {
  if (name === undefined) return stages
  const found = stages.filter((stage) => stage.name === name)
  if (found.length > 0) return found
  throw new SlipwayError(
    'SLP-C1',
    `Cannot explain: --after must be one of ${stages.map((stage) => stage.name).join(', ')}, got "${name}"`,
  )
}
