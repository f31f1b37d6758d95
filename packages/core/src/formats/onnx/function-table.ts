/**
 * The functions that a model brings with it: found by (domain, name, overload), refused where they call
 * themselves, and measured before anything is expanded.
 */
import { SlipwayError } from '../../base/errors.ts'
import type { Limits } from '../../base/limits.ts'
import { operatorText } from '../../ir/graph.ts'
import type { FunctionProto, GraphProto, NodeProto } from './onnx_pb.ts'
import { quote } from './quote.ts'
import { domainOf } from './read-context.ts'

/** A call among the nodes of a graph or function; `depth` counts the bodies of If, Loop and Scan around it. */
interface Call {
  readonly callee: string
  readonly depth: number
}

/** What a list of nodes holds, its bodies included, calls not expanded. */
interface Content {
  readonly nodes: number
  /** Inputs, outputs and attributes of the nodes: what expanding copies beside the nodes themselves. */
  readonly names: number
  readonly bodyDepth: number
  readonly calls: readonly Call[]
}

/** The same with every call expanded; numbers saturate at infinity. */
interface Expanded {
  readonly nodes: number
  readonly names: number
  readonly bodyDepth: number
  readonly callDepth: number
}

export interface FunctionTable {
  readonly functions: ReadonlyMap<string, FunctionProto>
  /** The key of a function, or undefined where the model has no such function. */
  keyOf(domain: string, name: string, overload: string): string | undefined
}

const keyText = (domain: string, name: string, overload: string): string =>
  JSON.stringify([domain, name, overload])

/** `Foo`, `my.domain.Foo` or `my.domain.Foo:overload`. */
export function functionText({ domain, name, overload }: FunctionProto): string {
  const text = operatorText({ domain: domainOf(domain), op: name })
  return quote(overload === '' ? text : `${text}:${overload}`)
}

/** Throws SLP-F3 for a function without a name, SLP-F1 where two functions have the same identity. */
export function functionTable(protos: readonly FunctionProto[]): FunctionTable {
  const functions = new Map<string, FunctionProto>()
  // Most nodes call no function, and telling so should not cost a key.
  const names = new Set(protos.map(({ name }) => name))
  protos.forEach((proto, i) => {
    const path = `functions[${i}]`
    if (proto.name === '')
      throw new SlipwayError('SLP-F3', 'Cannot read function: it must have a name', { path })
    const key = keyText(domainOf(proto.domain), proto.name, proto.overload)
    if (functions.has(key)) {
      const rule = 'domain, name and overload must be unique'
      throw new SlipwayError('SLP-F1', `Cannot read function: ${rule}, got ${functionText(proto)} twice`, {
        path,
      })
    }
    functions.set(key, proto)
  })
  return {
    functions,
    keyOf: (domain, name, overload) => {
      if (!names.has(name)) return undefined
      const key = keyText(domain, name, overload)
      return functions.has(key) ? key : undefined
    },
  }
}

function measure(nodes: readonly NodeProto[], table: FunctionTable): Content {
  const calls: Call[] = []
  let [count, names, bodyDepth] = [0, 0, 0]
  const walkGraph = (graph: GraphProto, depth: number): void => {
    names += graph.input.length + graph.output.length + graph.initializer.length
    walk(graph.node, depth)
  }
  const walk = (list: readonly NodeProto[], depth: number): void => {
    bodyDepth = Math.max(bodyDepth, depth)
    for (const node of list) {
      count++
      names += node.input.length + node.output.length + node.attribute.length
      const callee = table.keyOf(domainOf(node.domain), node.opType, node.overload)
      if (callee !== undefined) calls.push({ callee, depth })
      for (const { g, graphs } of node.attribute) {
        if (g) walkGraph(g, depth + 1)
        for (const graph of graphs) walkGraph(graph, depth + 1)
      }
    }
  }
  walk(nodes, 0)
  return { nodes: count, names, bodyDepth, calls }
}

/** Keys of the functions that nodes call, bodies included, as often as they call them. */
export function calleesOf(nodes: readonly NodeProto[], table: FunctionTable): string[] {
  return measure(nodes, table).calls.map(({ callee }) => callee)
}

function expand({ nodes, names, bodyDepth, calls }: Content, known: ReadonlyMap<string, Expanded>): Expanded {
  const total = { nodes, names, bodyDepth, callDepth: 0 }
  for (const { callee, depth } of calls) {
    const inner = known.get(callee)!
    total.nodes += inner.nodes
    total.names += inner.names
    total.bodyDepth = Math.max(total.bodyDepth, depth + inner.bodyDepth)
    total.callDepth = Math.max(total.callDepth, 1 + inner.callDepth)
  }
  return total
}

/** Functions in an order in which callees come before their callers; those in or above a cycle are missing. */
function calleesFirst(contents: ReadonlyMap<string, Content>): string[] {
  const callers = new Map<string, string[]>()
  const open = new Map<string, number>()
  for (const [key, { calls }] of contents) {
    const callees = new Set(calls.map(({ callee }) => callee))
    open.set(key, callees.size)
    for (const callee of callees) {
      const list = callers.get(callee)
      if (list) list.push(key)
      else callers.set(callee, [key])
    }
  }
  const order = [...open].flatMap(([key, count]) => (count === 0 ? [key] : []))
  for (const key of order) {
    for (const caller of callers.get(key) ?? []) {
      const left = open.get(caller)! - 1
      open.set(caller, left)
      if (left === 0) order.push(caller)
    }
  }
  return order
}

/** A chain of calls that comes back to its start, among functions that have one. */
function findCycle(contents: ReadonlyMap<string, Content>, ordered: ReadonlySet<string>): string[] {
  const start = [...contents.keys()].find((key) => !ordered.has(key))!
  const chain = [start]
  for (;;) {
    const next = contents.get(chain.at(-1)!)!.calls.find(({ callee }) => !ordered.has(callee))!.callee
    const at = chain.indexOf(next)
    chain.push(next)
    if (at >= 0) return chain.slice(at)
  }
}

/** Names per node that expanding may copy: real nodes have four or so. */
const namesPerNode = 20

/**
 * Checks that expanding every call of the main graph's nodes is possible and affordable, in time linear in the size of the file.
 *
 * @throws SLP-F6 for functions that call themselves, SLP-L5 over limits.expandedNodes, SLP-L2 over
 * limits.functionDepth or limits.subgraphDepth.
 */
export function checkExpansion(nodes: readonly NodeProto[], table: FunctionTable, limits: Limits): void {
  const contents = new Map(
    [...table.functions].map(([key, proto]) => {
      const body = measure(proto.node, table)
      return [key, { ...body, names: body.names + proto.input.length + proto.output.length }] as const
    }),
  )
  const order = calleesFirst(contents)
  if (order.length < contents.size) {
    const chain = findCycle(contents, new Set(order)).map((key) => functionText(table.functions.get(key)!))
    const shown = chain.length > 8 ? [...chain.slice(0, 7), '…', chain.at(-1)] : chain
    throw new SlipwayError(
      'SLP-F6',
      `Cannot read function: it must not call itself, got ${shown.join(' → ')}`,
    )
  }
  const known = new Map<string, Expanded>()
  for (const key of order) known.set(key, expand(contents.get(key)!, known))
  const total = expand(measure(nodes, table), known)
  const over = (code: 'SLP-L2' | 'SLP-L5', what: string, limit: keyof Limits, got: number): never => {
    throw new SlipwayError(
      code,
      `Cannot expand functions: the model may have ${limits[limit]} ${what} at most, got ${got}`,
      { remedy: `Raise limits.${limit} if the file is trusted.` },
    )
  }
  if (total.callDepth > limits.functionDepth)
    over('SLP-L2', 'calls inside calls', 'functionDepth', total.callDepth)
  if (total.bodyDepth > limits.subgraphDepth)
    over('SLP-L2', 'nested bodies', 'subgraphDepth', total.bodyDepth)
  if (total.nodes > limits.expandedNodes)
    over('SLP-L5', 'nodes with its functions expanded', 'expandedNodes', total.nodes)
  if (total.names > limits.expandedNodes * namesPerNode)
    over('SLP-L5', `× ${namesPerNode} names in expanded nodes`, 'expandedNodes', total.names)
}
