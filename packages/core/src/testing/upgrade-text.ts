/** Graphs before and after an upgrade as lines of text, for tests of adapters. */

import { upgradeGraph } from '../formats/onnx/upgrade/apply.ts'
import type { Graph } from '../ir/graph.ts'
import { parseGraph } from '../ir/parse.ts'
import { printGraph } from '../ir/print.ts'
import { assertGraph } from '../ir/verify.ts'

export interface UpgradeCase {
  readonly name: string
  /** Version of both operator sets, ai.onnx and ai.onnx.ml. */
  readonly from: number
  /** Names of inputs, with or without types, such as `x: float32[N,4], s`. */
  readonly inputs: string
  /** Constants and nodes; `y` is the output. */
  readonly before: string
  readonly after: string
}

const graphOf = (inputs: string, body: string): Graph => parseGraph(`graph g(${inputs}) -> (y) { ${body} }`)

/** One line per constant and node, as printGraph writes them. */
export function linesOf(inputs: string, body: string): readonly string[] {
  return lines(graphOf(inputs, body))
}

/** The lines of the raised graph, which is well formed and keeps its outputs. */
export function raisedLines({
  from,
  inputs,
  before,
}: Omit<UpgradeCase, 'name' | 'after'>): readonly string[] {
  const graph = graphOf(inputs, before)
  const opsets = new Map([
    ['', from],
    ['ai.onnx.ml', from],
  ])
  const raised = upgradeGraph(graph, opsets)
  assertGraph(raised)
  if (String(raised.outputs) !== String(graph.outputs))
    throw new Error(`the outputs became ${raised.outputs}`)
  return lines(raised)
}

const lines = (graph: Graph): readonly string[] =>
  printGraph(graph)
    .trim()
    .split('\n')
    .slice(1, -1)
    .map((line) => line.trim())
