import {
  annotateTypes,
  diffGraphs,
  foldNode,
  freezeDefaults,
  type Graph,
  optimize,
  printGraph,
  SlipwayError,
  whyNot,
} from '@slipway/core'
import { defineCommand } from '../define-command.ts'
import { explainPlan } from '../io/explain-plan.ts'
import { loadModel } from '../io/load-model.ts'
import type { Terminal } from '../io/terminal.ts'

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
    { flags: '--after <stage>', about: 'only the graph after this stage: read, upgrade, infer, or a pass' },
    { flags: '--diff', about: 'only what each stage changes' },
    { flags: '--why-not <pass>', about: 'where a pass came close to firing and what stood in the way' },
    {
      flags: '--memory',
      about: 'where values lie in a run: arena, largest buffers, weights, what the host runs',
    },
    { flags: '--kernels', about: 'the kernels of a run, in order, with the nodes that became one' },
    {
      flags: '--shape <name=sizes>',
      about:
        'for --memory and --kernels: sizes of an input, as in x=1,3,224,224; open ones are 1 unless given',
      repeatable: true,
    },
    { flags: '--json', about: 'print the stages, or the plan, as JSON' },
  ],
  examples: [
    'slipway explain model.onnx --diff',
    'slipway explain model.onnx --after conv-batch-normalization',
    'slipway explain model.onnx --why-not conv-batch-normalization',
    'slipway explain model.onnx --memory --kernels --shape x=8,3,224,224',
  ],
  async run(args, terminal) {
    const { positional, text, flag } = args
    if (flag('memory') || flag('kernels') || args.list('shape').length > 0) return explainPlan(args, terminal)
    const rule = text('whyNot')
    if (rule !== undefined) return explainRule(positional[0]!, rule, flag('json'), terminal)
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
  const { read } = await loadModel(path)
  const frozen = freezeDefaults(read.graph)
  const inferred = annotateTypes(frozen, { fold: foldNode })
  const about = 'inputs with a default as constants, which they are in a run that does not give them'
  return [
    { name: 'read', about: 'the file, functions inlined', graph: asWritten },
    { name: 'upgrade', about: 'operators raised to the newest operator set', graph: read.graph },
    ...(frozen === read.graph ? [] : [{ name: 'freeze', about, graph: frozen }]),
    { name: 'infer', about: 'types and shapes of every value', graph: inferred },
    ...passStages(inferred),
  ]
}

/** One stage for each time that a pass changed the main graph. */
function passStages(graph: Graph): Stage[] {
  const stages: Stage[] = []
  const { graph: final } = optimize(graph, {
    onPass: ({ pass, graph: after, isBody }) => {
      if (!isBody) stages.push({ name: pass.name, about: pass.doc, graph: after })
    },
  })
  return [...stages, { name: 'passes', about: 'all rewrites done, those of bodies included', graph: final }]
}

async function explainRule(path: string, rule: string, asJson: boolean, terminal: Terminal): Promise<0> {
  const { graph } = optimize(freezeDefaults((await loadModel(path)).read.graph))
  const misses = whyNot(graph, rule)
  if (asJson) terminal.print(JSON.stringify(misses, null, 2))
  else if (misses.length === 0) terminal.print(`${rule}: no node is left where it could begin`)
  for (const { node, operator, reason, matched, at } of asJson ? [] : misses) {
    terminal.print(
      `${node} (${operator}): ${reason}${matched > 1 ? ` [after ${matched} nodes, at ${at}]` : ''}`,
    )
  }
  return 0
}

function selected(stages: readonly Stage[], name: string | undefined): readonly Stage[] {
  if (name === undefined) return stages
  const found = stages.filter((stage) => stage.name === name)
  if (found.length > 0) return found
  throw new SlipwayError(
    'SLP-C1',
    `Cannot explain: --after must be one of ${[...new Set(stages.map((stage) => stage.name))].join(', ')}, got "${name}"`,
  )
}
