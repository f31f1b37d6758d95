/**
 * The text form of a Graph, which parse.ts reads back:
 *
 * ```
 * graph main(x: float32[N,4]) -> (y) {
 *   const w = float32[4](0.5, 1, 2, -1)
 *   t: float32[N,4] = Mul(x, w) @"first layer"
 *   y = Elu(t) {alpha: 1.5} metadata {"rule": "fuse"}
 * }
 * ```
 *
 * `_` is an omitted value, `const w := …` a constant that is also declared with its own type. Names that are no
 * plain words are quoted. Reading back gives an equal graph; only the order of `types` may differ.
 */
import { tensorType, typeText } from '../base/value.ts'
import type { Attribute } from './attribute.ts'
import type { Graph, Node } from './graph.ts'
import { floatText, type PrintOptions, printTensor } from './print-tensor.ts'
import type { SparseTensor } from './sparse.ts'

export type { PrintOptions } from './print-tensor.ts'

/** Words that begin a statement or a part of one. */
const reserved: ReadonlySet<string> = new Set(['_', 'const', 'type', 'metadata'])
const word = /^[A-Za-z_$/][\w.$/]*(?:::[\w.$/]+)*$/

/** The text of a graph. It reads back as long as no tensor is elided. */
export function printGraph(graph: Graph, options: PrintOptions = {}): string {
  return `${graphText(graph, '', options)}\n`
}

function graphText(graph: Graph, indent: string, options: PrintOptions): string {
  const declared = new Set<string>()
  const define = (name: string): string => {
    const type = graph.types.get(name)
    if (name === '' || !type || declared.has(name)) return nameText(name)
    declared.add(name)
    return `${nameText(name)}: ${typeText(type)}`
  }
  const inputs = graph.inputs.map(define).join(', ')
  const outputs = graph.outputs.map(nameText).join(', ')
  const inner = `${indent}  `
  const constants = [...graph.constants].map(([name, value]) => {
    const type = declared.has(name) ? undefined : graph.types.get(name)
    if (type) declared.add(name)
    const own = type && typeText(type) === typeText(tensorType(value.dtype, value.shape))
    const mark = own ? ' :=' : type ? `: ${typeText(type)} =` : ' ='
    return `const ${nameText(name)}${mark} ${printTensor(value, options)}`
  })
  const nodes = graph.nodes.map((node) => nodeText(node, define, inner, options))
  const rest = [...graph.types]
    .filter(([name]) => !declared.has(name))
    .map(([name, type]) => `type ${nameText(name)}: ${typeText(type)}`)
  const lines = [...constants, ...nodes, ...rest].map((line) => `${inner}${line}\n`)
  return `graph ${nameText(graph.name)}(${inputs}) -> (${outputs})${metadataText(graph.metadata)} {\n${lines.join('')}${indent}}`
}

/** A name as the text form spells it: bare where it is a plain word, `_` where it is empty, quoted otherwise. */
function nameText(name: string): string {
  if (name === '') return '_'
  return word.test(name) && !reserved.has(name) ? name : JSON.stringify(name)
}

function metadataText(metadata: ReadonlyMap<string, string> | undefined): string {
  if (!metadata) return ''
  const entries = [...metadata].map(([key, value]) => `${JSON.stringify(key)}: ${JSON.stringify(value)}`)
  return ` metadata {${entries.join(', ')}}`
}

function nodeText(
  node: Node,
  define: (name: string) => string,
  indent: string,
  options: PrintOptions,
): string {
  const outputs = node.outputs.map(define).join(', ')
  const call = `${callText(node)}(${node.inputs.map(nameText).join(', ')})`
  const name = node.name === '' ? '' : ` @${nameText(node.name)}`
  return `${outputs}${outputs && ' '}= ${call}${attributesText(node, indent, options)}${name}${metadataText(node.metadata)}`
}

/** `Conv`, `ai.onnx.ml.Scaler`, or `"domain"."operator"` where the parts could not be told apart. */
function callText({ domain, op }: Node): string {
  const plain = domain === '' ? op : `${domain}.${op}`
  return /^[A-Za-z]\w*$/.test(op) && (domain === '' || /^[A-Za-z][\w.]*$/.test(domain))
    ? plain
    : `${JSON.stringify(domain)}.${JSON.stringify(op)}`
}

function attributesText({ attributes }: Node, indent: string, options: PrintOptions): string {
  if (attributes.size === 0) return ''
  const hasGraphs = [...attributes.values()].some(({ kind }) => kind === 'graph' || kind === 'graphs')
  const inner = hasGraphs ? `${indent}  ` : indent
  const entries = [...attributes].map(
    ([name, attribute]) => `${nameText(name)}: ${attributeText(attribute, inner, options)}`,
  )
  if (!hasGraphs) return ` {${entries.join(', ')}}`
  return ` {\n${entries.map((entry) => `${inner}${entry}`).join(',\n')}\n${indent}}`
}

/** An attribute as the text form spells it. */
export function attributeText(attribute: Attribute, indent: string, options: PrintOptions): string {
  const list = (kind: string, items: readonly string[]) => `${kind}[${items.join(', ')}]`
  switch (attribute.kind) {
    case 'float':
      return floatText(attribute.value)
    case 'int':
      return String(attribute.value)
    case 'string':
      return JSON.stringify(attribute.value)
    case 'tensor':
      return printTensor(attribute.value, options)
    case 'graph':
      return graphText(attribute.value, indent, options)
    case 'sparse':
      return sparseText(attribute.value, options)
    case 'type':
      return `type ${typeText(attribute.value)}`
    case 'floats':
    case 'ints':
    case 'strings':
      return list(attribute.value.length === 0 ? `${attribute.kind} ` : '', scalarTexts(attribute))
    case 'tensors':
      return list(
        'tensors ',
        attribute.value.map((value) => printTensor(value, options)),
      )
    case 'graphs':
      return list(
        'graphs ',
        attribute.value.map((value) => graphText(value, indent, options)),
      )
    case 'sparses':
      return list(
        'sparses ',
        attribute.value.map((value) => sparseText(value, options)),
      )
    case 'types':
      return list('types ', attribute.value.map(typeText))
    default:
      return attribute satisfies never
  }
}

function scalarTexts(attribute: Extract<Attribute, { kind: 'floats' | 'ints' | 'strings' }>): string[] {
  if (attribute.kind === 'floats') return attribute.value.map(floatText)
  if (attribute.kind === 'ints') return attribute.value.map(String)
  return attribute.value.map((text) => JSON.stringify(text))
}

function sparseText({ shape, values, indices }: SparseTensor, options: PrintOptions): string {
  return `sparse[${shape}](${printTensor(values, options)}, ${printTensor(indices, options)})`
}
